package ray.model;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What tasks did, in order, for the test to look at. Travels as a number, as {@link Gate} does. */
record Notes(long number) {
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final Map<Long, List<Object>> ALL = new ConcurrentHashMap<>();

  static Notes empty() {
    Notes notes = new Notes(NUMBERS.incrementAndGet());
    ALL.put(notes.number, new CopyOnWriteArrayList<>());
    return notes;
  }

  void add(Object note) {
    ALL.get(number).add(note);
  }

  List<Object> all() {
    return List.copyOf(ALL.get(number));
  }

  int count() {
    return ALL.get(number).size();
  }
}
