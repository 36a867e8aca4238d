package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Functions tell what they are, and carry what they capture by value. */
class FunctionsTest {
  private final ValueSerializers serializers =
      ValueSerializers.forLoader(getClass().getClassLoader())
          .handles(type -> type == Handle.class)
          .build();
  private final HandleTable handles = new HandleTable();

  @FunctionalInterface
  interface Fn<A, R> extends Serializable {
    R apply(A argument);
  }

  record Handle(String id) {}

  static class Counter {
    int n;

    int add(int by) {
      return n += by;
    }
  }

  static int square(int x) {
    return x * x;
  }

  @SuppressWarnings("unchecked")
  private <A, R> Fn<A, R> restored(FunctionSnapshot snapshot) {
    return (Fn<A, R>) snapshot.restore(serializers, handles);
  }

  @Test
  void aMethodReferenceIsNamedByItsMethod() {
    Fn<Integer, Integer> square = FunctionsTest::square;

    FunctionInfo info = Functions.inspect(square);

    assertThat(info)
        .isEqualTo(
            new FunctionInfo(
                "FunctionsTest.square",
                FunctionsTest.class.getName(),
                "square",
                "(I)I",
                MethodType.methodType(Integer.class, Integer.class),
                0,
                true));
    assertThat(Functions.inspect(square)).as("remembered").isSameAs(info);
  }

  @Test
  void aConstructorReferenceIsNamedNew() {
    Fn<String, StringBuilder> constructor = StringBuilder::new;

    assertThat(Functions.inspect(constructor).name()).isEqualTo("StringBuilder.new");
    assertThat(Functions.inspect(constructor).methodDescriptor())
        .isEqualTo("(Ljava/lang/String;)V");
  }

  @Test
  void aLambdaIsNamedByTheMethodItIsIn() {
    Fn<Integer, Integer> lambda = x -> x + 1;

    FunctionInfo info = Functions.inspect(lambda);

    assertThat(info.name()).matches("FunctionsTest\\.lambda\\$aLambdaIsNamed\\w+\\$\\d+");
    assertThat(info.methodReference()).isFalse();
    assertThat(info.type().parameterList()).containsExactly(Integer.class);
  }

  @Test
  void whatCapturesNothingMutableIsUsedAsItIs() {
    int five = 5;
    String text = "x";
    Fn<Integer, Integer> nothing = FunctionsTest::square;
    Fn<Integer, String> immutable = x -> text + (x + five);

    assertThat(restored(Functions.snapshot(nothing, serializers, handles))).isSameAs(nothing);
    assertThat(restored(Functions.snapshot(immutable, serializers, handles))).isSameAs(immutable);
    assertThat(Functions.captured(immutable)).containsExactly("x", 5);
  }

  @Test
  void capturedValuesAreCopiedWhenTakenAndForEveryRun() {
    List<Integer> seen = new ArrayList<>(List.of(1));
    Fn<Integer, List<Integer>> lambda =
        x -> {
          seen.add(x);
          return List.copyOf(seen);
        };

    FunctionSnapshot snapshot = Functions.snapshot(lambda, serializers, handles);
    seen.add(100);
    Fn<Integer, List<Integer>> first = restored(snapshot);
    Fn<Integer, List<Integer>> second = restored(snapshot);

    assertThat(first.apply(2)).containsExactly(1, 2);
    assertThat(first.apply(3)).containsExactly(1, 2, 3);
    assertThat(second.apply(4)).containsExactly(1, 4);
    assertThat(seen).containsExactly(1, 100);
    assertThat(((FunctionSnapshot.OfLambda) snapshot).capturedBytes()).isPositive();
  }

  @Test
  void aBoundReceiverIsCapturedByValue() {
    Counter counter = new Counter();
    Fn<Integer, Integer> add = counter::add;

    Fn<Integer, Integer> copy = restored(Functions.snapshot(add, serializers, handles));

    assertThat(Functions.inspect(add).name()).isEqualTo("FunctionsTest.Counter.add");
    assertThat(copy.apply(3)).isEqualTo(3);
    assertThat(counter.n).isZero();
  }

  private static <T> Fn<T, String> takes(Class<T> type, Fn<T, String> function) {
    return function;
  }

  /** The compiler's own way of making lambdas again mixes these up (JDK-8208752). */
  @Test
  void referencesToOneMethodForArgumentsOfDifferentTypesAreToldApart() {
    Fn<Integer, String> ofNumbers = takes(Integer.class, String::valueOf);
    Fn<List<?>, String> ofLists = String::valueOf;
    int[] state = {1};
    Fn<Integer, Fn<List<?>, String>> inLambda = x -> String::valueOf;

    for (Fn<?, String> each : List.of(ofLists, ofNumbers)) {
      FunctionForm form = Functions.snapshot(each, serializers, handles).form(serializers);
      Fn<Object, String> restored = restored(new FunctionSnapshot.Received(form));
      assertThat(restored.apply(each == ofLists ? List.of(state[0]) : 1)).contains("1");
    }
    assertThat(inLambda.apply(0).apply(List.of(2))).isEqualTo("[2]");
  }

  @Test
  void aFunctionAsDataIsMadeAgain() {
    int five = 5;
    int[] changed = {1};
    Counter counter = new Counter();
    List<Fn<Integer, Integer>> functions =
        List.of(
            FunctionsTest::square, x -> x + five, x -> x + changed[0], counter::add, new Doubler());
    List<Integer> results = new ArrayList<>();
    for (Fn<Integer, Integer> each : functions) {
      FunctionForm form = Functions.snapshot(each, serializers, handles).form(serializers);
      FunctionSnapshot received = new FunctionSnapshot.Received(form);
      Fn<Integer, Integer> made = restored(received);
      assertThat(made).isNotSameAs(each);
      results.add(made.apply(3));
      // it can travel on
      FunctionForm again = Functions.snapshot(made, serializers, handles).form(serializers);
      assertThat(again.name()).isEqualTo(form.name());
      assertThat(again.lambda()).isEqualTo(form.lambda());
    }
    assertThat(results).containsExactly(9, 8, 4, 3, 6);
    Fn<String, StringBuilder> constructor = StringBuilder::new;
    Fn<String, StringBuilder> made =
        restored(
            new FunctionSnapshot.Received(
                Functions.snapshot(constructor, serializers, handles).form(serializers)));
    assertThat(made.apply("x")).hasToString("x");
  }

  @Test
  void aFunctionWhoseClassIsMissingSaysWhich() {
    FunctionForm form =
        Functions.snapshot((Fn<Integer, Integer>) FunctionsTest::square, serializers, handles)
            .form(serializers);
    ValueSerializers elsewhere =
        ValueSerializers.forLoader(ClassLoader.getPlatformClassLoader()).build();
    assertThatThrownBy(
            () -> new FunctionSnapshot.Received(form).restore(elsewhere, new HandleTable()))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("FunctionsTest.square")
        .hasMessageContaining(FunctionsTest.class.getName());
  }

  @Test
  void capturedHandlesGoThroughTheTable() {
    Handle handle = new Handle("writer's");
    Fn<Integer, String> lambda = x -> handle.id();

    FunctionSnapshot snapshot = Functions.snapshot(lambda, serializers, handles);
    @SuppressWarnings("unchecked")
    Fn<Integer, String> restored =
        (Fn<Integer, String>)
            snapshot.restore(serializers, new HandleTable(List.of(new Handle("reader's"))));

    assertThat(handles.handles()).containsExactly(handle);
    assertThat(restored.apply(1)).isEqualTo("reader's");
  }

  @Test
  void functionsCapturedByFunctionsAreCopiedToo() {
    int[] state = {0};
    Fn<Integer, Integer> inner = x -> state[0] += x;
    Fn<Integer, Integer> outer = x -> inner.apply(x) * 10;

    Fn<Integer, Integer> copy = restored(Functions.snapshot(outer, serializers, handles));

    assertThat(copy.apply(2)).isEqualTo(20);
    assertThat(copy.apply(2)).isEqualTo(40);
    assertThat(state[0]).isZero();
  }

  static class Doubler implements Fn<Integer, Integer> {
    private static final long serialVersionUID = 1;
    private int calls;

    @Override
    public Integer apply(Integer argument) {
      calls++;
      return argument * 2 * calls;
    }
  }

  @Test
  void anObjectOfANamedClassIsCopiedAsAWhole() {
    Doubler doubler = new Doubler();

    FunctionSnapshot snapshot = Functions.snapshot(doubler, serializers, handles);
    Fn<Integer, Integer> copy = restored(snapshot);

    assertThat(snapshot.info().name()).isEqualTo("Doubler");
    assertThat(copy.apply(1)).isEqualTo(2);
    assertThat(doubler.calls).isZero();
  }

  @Test
  void aCapturedValueThatCantTravelIsNamed() {
    Thread thread = new Thread(() -> {});
    int five = 5;
    Fn<Integer, String> lambda = x -> thread.getName() + five;

    assertThatThrownBy(() -> Functions.snapshot(lambda, serializers, handles))
        .isInstanceOf(UnserializableValueException.class)
        .hasMessageContaining(".<captured 1> (java.lang.Thread): a thread belongs to its JVM");
  }

  @Test
  void aLambdaOfATypeThatIsNotSerializableIsRefused() {
    Function<Integer, Integer> lambda = x -> x + 1;

    assertThatThrownBy(() -> Functions.inspect(lambda))
        .isInstanceOf(UnserializableValueException.class)
        .hasMessageContaining("not Serializable");
  }
}
