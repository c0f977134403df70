class Cart {
<<<<<<< ours
||||||| base
    int size() {
        return items.size();
    }

=======
    int size() {
        return items == null ? 0 : items.size();
    }

>>>>>>> theirs
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
