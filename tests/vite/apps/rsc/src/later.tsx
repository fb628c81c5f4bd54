/**
 * A banner of more than 512 characters, as builds put them in front of what they emit, so that what
 * looks at the first lines of a file alone does not find the directive that stands behind it. It goes
 * on for as long as it has to: redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the conditions below are met, whatever they may be, and
 * that this notice is kept in all copies. There is no warranty of any kind, neither expressed nor
 * implied, for anything at all, and nobody is liable for anything that comes of it in any way.
 */
"use client";

export const Later = () => <i id="later">later</i>;
