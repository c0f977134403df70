class Cart {
    int size() {
        return items.size();
    }

    double total() {
        return sum(items);
    }

    void clear() {
        items.clear();
    }
}
