package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlainLinksTest {
  private static final ClassFile CLASS_FILES = ClassFile.of();

  /** A component of every kind. */
  record Everything(
      boolean flag,
      byte small,
      char letter,
      short little,
      int number,
      long large,
      float real,
      double exact,
      String text,
      int[] many) {}

  record Nothing() {}

  sealed interface Shape {
    /** In an interface, which calls its own methods in another way. */
    default int corners() {
      return switch (this) {
        case Square square -> 4;
        case Circle circle when circle.radius() > 9 -> 9;
        case Circle circle -> 0;
      };
    }
  }

  record Square(int side) implements Shape {}

  record Circle(int radius) implements Shape {}

  /** What a switch over types makes of an object. */
  public static final class Naming implements Function<Object, String> {
    @Override
    public String apply(Object object) {
      return switch (object) {
        case null -> "null";
        case String text when text.isEmpty() -> "no text";
        case Integer number when number < 0 -> "less than nothing";
        case String text -> "text " + text;
        case Shape shape -> "shape of " + shape.corners();
        case Integer number -> "number " + number;
        case int[] numbers -> numbers.length + " numbers";
        case Nothing nothing -> "nothing";
        default -> "something";
      };
    }
  }

  /** Makes pairs of records, and says how they compare. */
  public static final class Comparing implements Function<Object, String> {
    private static final int[] SAME = {1};

    private static Everything of(int seed, float real, double exact) {
      return new Everything(
          seed != 1,
          (byte) (seed == 2 ? 1 : 0),
          seed == 3 ? 'a' : 'b',
          (short) (seed == 4 ? 1 : 0),
          seed == 5 ? Integer.MIN_VALUE : 7,
          seed == 6 ? Long.MIN_VALUE : 7L << 40,
          real,
          exact,
          seed == 7 ? "other" : "text",
          seed == 8 ? new int[] {1} : SAME);
    }

    @Override
    public String apply(Object seed) {
      int number = (Integer) seed;
      Everything first = of(0, 0f, Double.NaN);
      Everything other =
          of(number, number == 9 ? -0f : 0f, number == 10 ? 0d : Double.longBitsToDouble(-1L));
      return first.equals(other)
          + " "
          + Objects.equals(first, null)
          + " "
          + first.equals(new Nothing())
          + " "
          + new Nothing().equals(new Nothing())
          + " "
          // An array has its identity's.
          + (first.hashCode() - System.identityHashCode(SAME))
          + " "
          + (first.hashCode() == other.hashCode())
          + " "
          + new Nothing().hashCode()
          + " "
          + Map.of(new Square(3), "found").get(new Square(3));
    }
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        PlainLinksTest.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  /** Has its own copies of the classes of this test, with methods in the place of links. */
  private static final class Rewritten extends ClassLoader {
    private Rewritten() {
      super(PlainLinksTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PlainLinksTest.class.getName() + "$")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try {
        ClassModel model = CLASS_FILES.parse(bytes(name));
        byte[] code =
            PlainLinks.changes(model) ? PlainLinks.apply(CLASS_FILES, model) : bytes(name);
        assertThat(links(code)).as(name).doesNotContain("typeSwitch", "equals", "hashCode");
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static List<String> links(byte[] code) {
    return CLASS_FILES.parse(code).methods().stream()
        .flatMap(method -> method.code().stream())
        .flatMap(CodeModel::elementStream)
        .filter(InvokeDynamicInstruction.class::isInstance)
        .map(link -> ((InvokeDynamicInstruction) link).name().stringValue())
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static Function<Object, String> rewritten(Class<?> type) throws Exception {
    Class<?> copy = new Rewritten().loadClass(type.getName());
    assertThat(copy).isNotSameAs(type);
    return (Function<Object, String>) copy.getConstructor().newInstance();
  }

  static Stream<Object> objects() {
    return Stream.of("", "a", -1, 1, new int[2], 5L);
  }

  @ParameterizedTest
  @MethodSource("objects")
  void aSwitchOverTypesIsTheSame(Object object) throws Exception {
    assertThat(rewritten(Naming.class).apply(object)).isEqualTo(new Naming().apply(object));
  }

  @Test
  @SuppressWarnings("NullAway") // it is a case of its own
  void ofNullToo() throws Exception {
    assertThat(rewritten(Naming.class).apply(null)).isEqualTo("null");
  }

  @Test
  void aSwitchInAnInterfaceIsTheSame() throws Exception {
    Function<Object, String> naming = rewritten(Naming.class);
    ClassLoader loader = naming.getClass().getClassLoader();
    for (int radius : new int[] {1, 10}) {
      var constructor = loader.loadClass(Circle.class.getName()).getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      assertThat(naming.apply(constructor.newInstance(radius)))
          .isEqualTo(new Naming().apply(new Circle(radius)))
          .isEqualTo("shape of " + (radius == 1 ? 0 : 9));
    }
  }

  @Test
  void recordsCompareAndHashTheSame() throws Exception {
    Function<Object, String> comparing = rewritten(Comparing.class);
    for (int seed = 0; seed <= 10; seed++) {
      String expected = new Comparing().apply(seed);
      assertThat(comparing.apply(seed)).as("seed " + seed).isEqualTo(expected);
      assertThat(expected).startsWith(seed == 0 ? "true" : "false");
    }
  }

  @Test
  void whatHasNoSuchLinksIsLeft() throws IOException {
    for (Class<?> type : List.of(PlainLinksTest.class, Shape.class, Nothing.class)) {
      ClassModel model = CLASS_FILES.parse(bytes(type.getName()));
      assertThat(PlainLinks.changes(model))
          .as(type.getName())
          .isNotEqualTo(type == PlainLinksTest.class);
    }
  }
}
