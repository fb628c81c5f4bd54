/* Numbers, strings, templates and regular expressions. */
#include "lex_private.h"

void scan_number(struct lexer *lexer, struct token *token) {
    uint32_t at = token->start;
    int first = byte_at(lexer, at), second = byte_at(lexer, at + 1) | 0x20;
    bool decimal = first != '0' || (second != 'x' && second != 'o' && second != 'b');
    token->kind = T_NUMBER;
    for (;; at++) {
        int byte = byte_at(lexer, at);
        if (!is_word_byte(byte) && byte != '.') {
            break;
        }
        if (byte == '.' && !decimal) {
            break;
        }
        if (byte == '.') {
            decimal = false;
        } else if (decimal || first != '0' || is_digit(second) || second == ('.' | 0x20)) {
            int sign = byte_at(lexer, at + 1);
            if ((byte | 0x20) == 'e' && (sign == '+' || sign == '-')) {
                decimal = false;
                at++;
            }
        }
    }
    token->end = at;
}

void scan_quoted(struct lexer *lexer, struct token *token, char quote) {
    uint32_t at = token->start + 1;
    token->kind = T_STRING;
    for (;;) {
        at = scan_string(lexer, at, quote);
        int byte = byte_at(lexer, at);
        if (byte == quote) {
            token->end = at + 1;
            return;
        }
        if (byte < 0 || byte == '\n' || byte == '\r') {
            break;
        }
        if (byte != '\\') { /* at the end of what was at hand */
            at++;
            continue;
        }
        int next = byte_at(lexer, at + 1);
        if (next < 0) {
            break;
        }
        token->escaped = true;
        at += next == '\r' && byte_at(lexer, at + 2) == '\n' ? 3 : 2;
    }
    token->kind = T_BAD;
    token->end = at;
}

/* From the backtick or the `}`. */
void scan_template_part(struct lexer *lexer, struct token *token) {
    uint32_t at = token->start + 1;
    for (;;) {
        at = scan_template(lexer, at);
        switch (byte_at(lexer, at)) {
        case -1:
            token->kind = T_BAD;
            token->end = at;
            return;
        case '`':
            token->kind = T_TEMPLATE;
            token->end = at + 1;
            return;
        case '$':
            if (byte_at(lexer, at + 1) == '{') {
                token->kind = T_TEMPLATE_HEAD;
                token->end = at + 2;
                return;
            }
            at++;
            break;
        case '\\':
            token->escaped = true;
            at += byte_at(lexer, at + 1) < 0 ? 1 : 2;
            break;
        default: /* at the end of what was at hand */
            at++;
        }
    }
}

void token_template_resume(struct lexer *lexer) {
    lexer->token.escaped = false;
    scan_template_part(lexer, &lexer->token);
    lexer->cursor = lexer->token.end;
}

static bool are_flags(struct lexer *lexer, uint32_t at, uint32_t end) {
    while (at < end && memchr("dgimsuvy", byte_at(lexer, at), 8)) {
        at++;
    }
    return at == end;
}

void token_regex(struct lexer *lexer) {
    struct token *token = &lexer->token;
    bool in_class = false;
    for (uint32_t at = token->start + 1;; at++) {
        switch (byte_at(lexer, at)) {
        case -1:
        case '\n':
        case '\r':
            token->kind = T_BAD;
            return;
        case '\\':
            at++;
            break;
        case '[':
            in_class = true;
            break;
        case ']':
            in_class = false;
            break;
        case '/':
            if (!in_class) {
                token->end = skip_identifier(lexer, at + 1);
                token->kind = /* a literal like any other */
                    are_flags(lexer, at + 1, token->end) ? T_NUMBER : T_BAD;
                lexer->cursor = token->end;
                return;
            }
        }
    }
}
