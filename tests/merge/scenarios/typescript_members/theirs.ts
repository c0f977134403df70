import { Component, Output } from "core";

export interface User {
  name: string;
  age?: number;
}

export class View {
  private user: User;
  private changes = 0;

  render(): string {
    return this.user.name;
  }
}
