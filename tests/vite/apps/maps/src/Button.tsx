"use client";

export const name = "Button";
