import { Component, Input } from "core";

export interface User {
  name: string;
  email: string;
}

export class View {
  private user: User;
  private cache = new Map<string, string>();

  render(): string {
    return this.user.name;
  }
}
