import { Badge } from "acme";
import { Counter } from "@/counter";
import { Form } from "./form";
import { lazily } from "./lazily";

export async function Root() {
  const { Later } = await lazily();
  return (
    <html lang="en">
      <head>
        <title>rsc</title>
      </head>
      <body>
        <h1>Rendered on the server</h1>
        <Counter />
        <Form />
        <Badge />
        <Later />
      </body>
    </html>
  );
}
