import prologue from "./index.cjs";

export const { createSession, scan, PrologueError } = prologue;
