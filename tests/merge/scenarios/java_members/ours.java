package shop;

import java.util.List;
import java.util.Map;

public class Cart {
    private final List<Item> items;
    private Map<String, Integer> prices;

    public int size() {
        return items.size();
    }

    /** Empties the cart. */
    public void clear() {
        items.clear();
    }
}
