export class Store<T> {
  private async read(key: string): Promise<T> {
    return this.map.get(key);
  }
}
