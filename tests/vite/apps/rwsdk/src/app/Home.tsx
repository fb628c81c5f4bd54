import { Counter } from "./Counter";

export const Home = () => (
  <main>
    <h1>Rendered by the worker</h1>
    <Counter />
  </main>
);
