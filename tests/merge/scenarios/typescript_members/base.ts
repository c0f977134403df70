import { Component } from "core";

export interface User {
  name: string;
}

export class View {
  private user: User;

  render(): string {
    return this.user.name;
  }
}
