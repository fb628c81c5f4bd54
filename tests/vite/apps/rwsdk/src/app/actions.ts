"use server";

export async function add(count: number) {
  return count + 1;
}
