"use client";

import { useState } from "react";
import { add } from "./actions";
import { Label } from "./label";

export function Counter() {
  const [count, setCount] = useState(0);
  return (
    <button id="counter" onClick={async () => setCount(await add(count))}>
      <Label count={count} />
    </button>
  );
}
