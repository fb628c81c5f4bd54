// prologue.h is C++ too.
#include <prologue.h>

int main() {
  prologue_scan_request request = {};
  request.size = sizeof request;
  return prologue_error_name(PROLOGUE_ELIMIT) == nullptr || request.entry_count != 0;
}
