package shop;

import java.util.List;

public class Cart {
    private final List<Item> items;

    public int size() {
        return items.size();
    }
}
