"use server";

export async function save() {
  return "saved";
}
