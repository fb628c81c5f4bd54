import { defineApp } from "rwsdk/worker";
import { render, route } from "rwsdk/router";
import { Document } from "./Document";
import pages from "./worker";

export default defineApp([render(Document, [route("*", ({ request }) => pages.fetch(request))])]);
