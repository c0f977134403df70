class Cart {
    double total() {
        return sum(items);
    }

    void clear() {
        items.clear();
    }

    int size() {
        return items.size();
    }
}
