import module java.base;

import ray.*;

/**
 * The program that the launcher runs once, so that later programs find Java's compiler and Ray
 * loaded and linked. It does what programs do first, in this JVM and on a node: tasks
 * with values and refs, results, an actor.
 */
class Training {
  static int square(int x) {
    return x * x;
  }

  static class Counter {
    int n;

    int add(int by) {
      return n += by;
    }
  }

  record Point(String name, List<Integer> numbers) {}

  static Point point(String name, int[] numbers) {
    return new Point(name, IntStream.of(numbers).boxed().toList());
  }

  static boolean program() {
    var square = Ray.remote(Training::square);
    ObjectRef<Integer> nine = square.remote(3);
    System.out.println(square.remote(nine).get());
    List<ObjectRef<Integer>> refs = IntStream.range(0, 100).mapToObj(square::remote).toList();
    System.out.println(Ray.get(refs));
    System.out.println(Ray.remote(Training::point).remote("p", new int[] {1, 2, 3}).get());
    System.out.println(Ray.put(new byte[1 << 20]).get().length);
    var counter = Ray.actor(Counter::new).remote();
    counter.call(Counter::add, 5);
    System.out.println(counter.call(Counter::add, nine).get());
    return true;
  }

  void main() throws Exception {
    try (var ray = Ray.init()) {
      program();
    }
    ray.processes.Rehearsal.run(Training::program);
  }
}
