'use strict';'use client'
import { createElement, useState } from "react";

export const Badge = () => createElement("em", { id: "badge" }, useState("badge")[0]);
