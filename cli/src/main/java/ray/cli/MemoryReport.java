package ray.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.ObjectInfo;
import ray.processes.Member;
import ray.processes.SeenObject;
import ray.processes.StoreContent;

/** Who holds which objects and why, put together from what each process and the store know. */
final class MemoryReport {
  private final List<Item> items = new ArrayList<>();
  private final Map<Long, Member> members = new HashMap<>();

  /**
   * An object, or what the store has of one that nobody owns any more.
   *
   * @param id its id; null if nobody who answers owns it
   * @param storeKey where the store has it; 0 if it does not
   * @param state how far it is, in words
   * @param place where its value is: store, heap, or empty
   * @param owner who owns it; null if nobody who answers does
   * @param holds why it is there
   * @param site where it was created; empty if that was not recorded
   */
  record Item(
      @Nullable ObjectId id,
      long storeKey,
      long sizeBytes,
      String state,
      String place,
      @Nullable Member owner,
      List<Hold> holds,
      String site) {}

  /**
   * A reason why an object is there.
   *
   * @param process who holds it
   * @param pid its number; 0 if it is not known any more
   * @param who how people call it
   * @param reason a {@link ObjectInfo.Holder}, {@code VIEW} or {@code PIN}
   */
  record Hold(long process, long pid, String who, String reason, int count) {}

  /** Objects that have something in common, the largest first. */
  record Group(String name, List<Item> items) {
    /** What they take in the store: what has two names counts once. */
    long storeBytes() {
      Set<Long> counted = new HashSet<>();
      return items.stream()
          .filter(item -> item.place().equals("store") && counted.add(item.storeKey()))
          .mapToLong(Item::sizeBytes)
          .sum();
    }

    long heapBytes() {
      return items.stream()
          .filter(item -> item.place().equals("heap"))
          .mapToLong(Item::sizeBytes)
          .sum();
    }
  }

  MemoryReport(List<SeenObject> seen, StoreContent store, List<Member> known) {
    known.forEach(member -> members.put(member.process(), member));
    Map<Long, StoreContent.Stored> stored = new HashMap<>();
    store.objects().forEach(object -> stored.put(object.key(), object));
    Map<ObjectId, List<SeenObject>> borrowed = new HashMap<>();
    Set<Long> answering = new HashSet<>();
    for (SeenObject object : seen) {
      answering.add(object.holder().process());
      if (!object.owned()) {
        borrowed.computeIfAbsent(object.info().id(), missing -> new ArrayList<>()).add(object);
      }
    }
    for (SeenObject object : seen) {
      if (object.owned()) {
        List<SeenObject> borrowers = borrowed.getOrDefault(object.info().id(), List.of());
        items.add(owned(object, borrowers, stored.get(object.storeKey())));
      }
    }
    for (StoreContent.Stored object : store.objects()) {
      boolean isOwned = object.owners().stream().anyMatch(answering::contains);
      if (object.state() != StoreContent.State.SEALED || !isOwned) {
        items.add(left(object));
      }
    }
    items.sort(Comparator.comparingLong(Item::sizeBytes).reversed());
  }

  private Item owned(
      SeenObject object, List<SeenObject> borrowers, StoreContent.@Nullable Stored stored) {
    ObjectInfo info = object.info();
    List<Hold> holds = new ArrayList<>();
    long owner = object.holder().process();
    info.holders()
        .forEach((holder, count) -> {
          if (holder != ObjectInfo.Holder.BORROWER) {
            holds.add(hold(owner, holder.name(), count));
          }
        });
    Map<Long, SeenObject> known = new HashMap<>();
    borrowers.forEach(each -> known.put(each.holder().process(), each));
    for (String hexadecimal : info.borrowers().keySet()) {
      long process = Long.parseUnsignedLong(hexadecimal, 16);
      SeenObject there = known.get(process);
      if (there == null || there.info().holders().isEmpty()) {
        holds.add(hold(process, ObjectInfo.Holder.BORROWER.name(), 1));
      } else {
        there
            .info()
            .holders()
            .forEach((holder, count) -> holds.add(hold(process, holder.name(), count)));
      }
    }
    addViews(stored, holds);
    return new Item(
        info.id(),
        object.storeKey(),
        info.sizeBytes(),
        Listings.words(info.state()),
        Listings.place(info),
        object.holder(),
        List.copyOf(holds),
        info.creationSite().orElse(""));
  }

  private Item left(StoreContent.Stored object) {
    List<Hold> holds = new ArrayList<>();
    object.owners().forEach(process -> holds.add(hold(process, HeldBy.PIN, 1)));
    addViews(object, holds);
    return new Item(
        null,
        object.key(),
        object.sizeBytes(),
        Listings.words(object.state()),
        "store",
        null,
        List.copyOf(holds),
        "");
  }

  private void addViews(StoreContent.@Nullable Stored stored, List<Hold> holds) {
    if (stored != null) {
      stored.readers().forEach(process -> holds.add(hold(process, HeldBy.VIEW, 1)));
    }
  }

  private Hold hold(long process, String reason, int count) {
    Member member = members.get(process);
    return member == null
        ? new Hold(process, 0, "process " + Long.toHexString(process), reason, count)
        : new Hold(process, member.pid(), member.describe(), reason, count);
  }

  List<Item> items() {
    return items;
  }

  /** The objects by what they have in common, the groups with most bytes first. */
  List<Group> groups(Function<Item, String> name) {
    Map<String, List<Item>> byName = new LinkedHashMap<>();
    for (Item item : items) {
      byName.computeIfAbsent(name.apply(item), missing -> new ArrayList<>()).add(item);
    }
    return byName.entrySet().stream()
        .map(each -> new Group(each.getKey(), List.copyOf(each.getValue())))
        .sorted(
            Comparator.comparingLong((Group group) -> group.storeBytes() + group.heapBytes())
                .reversed())
        .toList();
  }
}
