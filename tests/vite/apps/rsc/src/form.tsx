export function Form() {
  async function save(data: FormData) {
    "use server";
    console.log(data.get("name"));
  }
  return (
    <form action={save}>
      <input name="name" />
    </form>
  );
}
