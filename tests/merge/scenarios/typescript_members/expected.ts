import { Component, Input, Output } from "core";

export interface User {
  name: string;
  email: string;
  age?: number;
}

export class View {
  private user: User;
  private cache = new Map<string, string>();
  private changes = 0;

  render(): string {
    return this.user.name;
  }
}
