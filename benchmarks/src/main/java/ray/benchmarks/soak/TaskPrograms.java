package ray.benchmarks.soak;

import static ray.benchmarks.soak.Trial.RETRIES;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import ray.ObjectRef;
import ray.Ray;

/** Programs of tasks: what they return is a function of what they are given. */
final class TaskPrograms {
  private static final int MAX_VALUE_BYTES = 4 << 20;

  private TaskPrograms() {}

  // ---- nested tasks

  private static final int MAX_BURST = 4_000;

  /** What a nested task is given: its number, and what it submits. */
  record Tree(long number, List<Tree> children) {
    static Tree random(SplittableRandom random, int depth) {
      int count = depth == 0 ? 0 : random.nextInt(4);
      return new Tree(
          random.nextInt(1_000),
          Stream.generate(() -> random(random, depth - 1)).limit(count).toList());
    }

    int size() {
      return 1 + children.stream().mapToInt(Tree::size).sum();
    }

    /** What {@link TaskPrograms#sum} returns. */
    long sum() {
      return combine(number, children.stream().map(Tree::sum).toList());
    }
  }

  private static long combine(long number, List<Long> sums) {
    long combined = number;
    for (long sum : sums) {
      combined = 31 * combined + sum;
    }
    return combined;
  }

  static long sum(Tree tree) {
    var sum = Ray.remote(TaskPrograms::sum).retries(RETRIES);
    List<ObjectRef<Long>> parts = tree.children().stream().map(sum::remote).toList();
    return combine(tree.number(), Ray.get(parts));
  }

  static void nested(Trial trial) {
    Tree tree = Tree.random(trial.random, 4);
    trial.tasks(tree.size());
    long sum = trial.get(Ray.remote(TaskPrograms::sum).retries(RETRIES).remote(tree));
    trial.check("the sum of a tree", tree.sum(), sum);
  }

  static int twice(int number) {
    return 2 * number;
  }

  static void bursts(Trial trial) {
    int count = trial.upTo(MAX_BURST);
    trial.tasks(count);
    var twice = Ray.remote(TaskPrograms::twice).retries(RETRIES);
    List<ObjectRef<Integer>> refs = IntStream.range(0, count).mapToObj(twice::remote).toList();
    for (int i = 0; i < count; i++) {
      trial.check("one of many", 2 * i, trial.get(refs.get(i)));
    }
  }

  // ---- refs

  /** Numbers that follow from a seed. */
  static long[] numbers(long seed, int count) {
    return new SplittableRandom(seed).longs(count).toArray();
  }

  static long total(long[] numbers) {
    return Arrays.stream(numbers).sum();
  }

  static long totalOfAll(Map<String, List<ObjectRef<long[]>>> groups) {
    long total = 0;
    for (List<ObjectRef<long[]>> group : groups.values()) {
      for (long[] numbers : Ray.get(group)) {
        total += total(numbers);
      }
    }
    return total;
  }

  static List<ObjectRef<long[]>> flat(Map<String, List<ObjectRef<long[]>>> groups, String first) {
    List<ObjectRef<long[]>> all = new ArrayList<>();
    for (List<ObjectRef<long[]>> group : groups.values()) {
      all.addAll(group);
    }
    all.addAll(groups.getOrDefault(first, List.of()));
    return all;
  }

  static void refsInValues(Trial trial) {
    Map<String, List<ObjectRef<long[]>>> groups = new HashMap<>();
    long expected = 0;
    int count = 0;
    for (int i = trial.upTo(3); i > 0; i--) {
      List<ObjectRef<long[]>> group = new ArrayList<>();
      for (int j = trial.random.nextInt(4); j > 0; j--) {
        long seed = trial.random.nextLong();
        int size = trial.upTo(trial.random.nextInt(4) == 0 ? 30_000 : 300);
        group.add(
            trial.random.nextBoolean()
                ? Ray.put(numbers(seed, size))
                : Ray.remote(TaskPrograms::numbers).retries(RETRIES).remote(seed, size));
        expected += total(numbers(seed, size));
        count++;
      }
      groups.put("group " + i, group);
    }
    trial.tasks(count + 2);
    ObjectRef<Long> total = Ray.remote(TaskPrograms::totalOfAll).retries(RETRIES).remote(groups);
    ObjectRef<List<ObjectRef<long[]>>> flat =
        Ray.remote(TaskPrograms::flat).retries(RETRIES).remote(groups, "group 1");
    groups.clear();
    trial.check("the total of refs in a value", expected, trial.get(total));
    long again = 0;
    List<ObjectRef<long[]>> refs = trial.get(flat);
    for (ObjectRef<long[]> ref : refs.subList(0, count)) {
      again += total(trial.get(ref));
    }
    trial.check("the total of refs that a task passed on", expected, again);
  }

  static List<ObjectRef<long[]>> produce(long seed, int count, int size) {
    var numbers = Ray.remote(TaskPrograms::numbers).retries(RETRIES);
    List<ObjectRef<long[]>> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(i % 2 == 0 ? Ray.put(numbers(seed + i, size)) : numbers.remote(seed + i, size));
    }
    return made;
  }

  static void returnedRefs(Trial trial) {
    long seed = trial.random.nextLong();
    int count = trial.upTo(8);
    int size = trial.upTo(trial.random.nextInt(4) == 0 ? 50_000 : 500);
    trial.tasks(1 + count / 2);
    List<ObjectRef<long[]>> made =
        trial.get(Ray.remote(TaskPrograms::produce).retries(RETRIES).remote(seed, count, size));
    for (int i = 0; i < count; i++) {
      trial.check("what a task returned by ref", numbers(seed + i, size), trial.get(made.get(i)));
    }
  }

  static ObjectRef<long[]> alias(long seed, int size, int depth) {
    if (depth > 0) {
      return Ray.remote(TaskPrograms::alias).retries(RETRIES).remote(seed, size, depth - 1);
    }
    return seed % 2 == 0
        ? Ray.put(numbers(seed, size))
        : Ray.remote(TaskPrograms::numbers).retries(RETRIES).remote(seed, size);
  }

  static void aliases(Trial trial) {
    long seed = trial.random.nextLong();
    int size = trial.upTo(trial.random.nextInt(4) == 0 ? 50_000 : 500);
    int depth = trial.upTo(12);
    trial.tasks(depth + 3);
    ObjectRef<long[]> top =
        Ray.remote(TaskPrograms::alias).retries(RETRIES).remote(seed, size, depth);
    ObjectRef<Long> total = Ray.remote(TaskPrograms::total).retries(RETRIES).remote(top);
    trial.check("what an alias stands for", numbers(seed, size), trial.get(top));
    trial.check("the total of an alias", total(numbers(seed, size)), trial.get(total));
  }

  // ---- values

  static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }

  static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  static long checksumOfView(ByteBuffer view) {
    CRC32 crc = new CRC32();
    crc.update(view.duplicate());
    return crc.getValue();
  }

  static void puts(Trial trial) {
    for (int i = trial.upTo(4); i > 0; i--) {
      long seed = trial.random.nextLong();
      int size = trial.upTo(trial.random.nextInt(3) == 0 ? MAX_VALUE_BYTES : trial.upTo(200_000));
      byte[] bytes = bytes(seed, size);
      long expected = checksum(bytes);
      trial.tasks(2);
      if (trial.random.nextBoolean()) {
        ObjectRef<ByteBuffer> put = Ray.put(ByteBuffer.wrap(bytes));
        ObjectRef<Long> there =
            Ray.remote(TaskPrograms::checksumOfView).retries(RETRIES).remote(put);
        trial.check("a view in a task", expected, trial.get(there));
        trial.check("a view", expected, checksumOfView(trial.get(put)));
      } else {
        ObjectRef<byte[]> put = Ray.put(bytes);
        ObjectRef<byte[]> made =
            Ray.remote(TaskPrograms::bytes).retries(RETRIES).remote(seed, size);
        ObjectRef<Long> there = Ray.remote(TaskPrograms::checksum).retries(RETRIES).remote(put);
        trial.check("a value in a task", expected, trial.get(there));
        trial.check("a value that a task made", expected, checksum(trial.get(made)));
      }
    }
  }

  // ---- generators

  static Stream<long[]> stream(long seed, int count, int size) {
    return IntStream.range(0, count).mapToObj(i -> numbers(seed + i, size));
  }

  static void generators(Trial trial) {
    long seed = trial.random.nextLong();
    int count = trial.random.nextInt(100);
    int size = trial.upTo(trial.random.nextInt(5) == 0 ? 20_000 : 200);
    int wanted = trial.random.nextBoolean() ? count : trial.random.nextInt(count + 1);
    trial.tasks(1);
    try (var items = Ray.remote(TaskPrograms::stream).retries(RETRIES).remote(seed, count, size)) {
      for (int i = 0; i < wanted; i++) {
        trial.check("whether there is item " + i, true, items.hasNext());
        trial.check("item " + i, numbers(seed + i, size), trial.get(items.next()));
      }
      if (wanted == count) {
        trial.check("whether there are more items", false, items.hasNext());
      }
    }
  }
}
