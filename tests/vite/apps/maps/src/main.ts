import { modules as client, subscribe } from "virtual:prologue/client";
import { modules as server } from "virtual:prologue/server";
import { greeting } from "@lib/greeting";

const updates: string[][] = [];
subscribe((modules: object) => updates.push(Object.keys(modules)));

Object.assign(window, { maps: { client, server }, updates, greeting });
