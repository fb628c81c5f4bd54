"use client";

import { useState } from "react";
import { add } from "./actions";

export function Counter() {
  const [count, setCount] = useState(0);
  return (
    <button id="counter" onClick={async () => setCount(await add(count))}>
      {count}
    </button>
  );
}
