package shop;

import java.util.List;
import java.util.Map;
import java.util.Set;

public class Cart {
    private final List<Item> items;
    private Map<String, Integer> prices;
    private Set<String> vouchers;

    public int size() {
        return items.size();
    }

    /** Empties the cart. */
    public void clear() {
        items.clear();
    }

    @Override
    public String toString() {
        return "Cart" + vouchers;
    }
}
