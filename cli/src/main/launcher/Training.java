import module java.base;
import ray.*;

/** The program that the launcher runs once, so that later programs find Java's compiler and Ray loaded and linked. */
class Training {
  static int square(int x) {
    return x * x;
  }

  void main() {
    var numbers = IntStream.range(0, 100).mapToObj(Training::square).toList();
    System.out.println(numbers + " " + Resources.class);
  }
}
