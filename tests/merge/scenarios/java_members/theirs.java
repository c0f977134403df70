package shop;

import java.util.List;
import java.util.Set;

public class Cart {
    private final List<Item> items;
    private Set<String> vouchers;

    public int size() {
        return items.size();
    }

    @Override
    public String toString() {
        return "Cart" + vouchers;
    }
}
