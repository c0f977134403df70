class Cart {
    int size() {
        return items == null ? 0 : items.size();
    }

    double total() {
        return sum(items);
    }

    void clear() {
        items.clear();
    }
}
