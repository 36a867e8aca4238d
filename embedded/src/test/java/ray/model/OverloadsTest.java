package ray.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Ray;
import ray.Returns;
import ray.Returns2;
import ray.Returns3;
import ray.Returns4;

/**
 * Every kind of function with every number of arguments, as a method reference and as a method of
 * an actor, with values and with refs: what the compiler picks, and what comes out.
 */
@Timeout(60)
class OverloadsTest {
  static class Host {
    Host() {}

    Integer value0() {
      return 0;
    }

    Integer value1(int a) {
      return a;
    }

    Integer value2(int a, int b) {
      return a + b;
    }

    Integer value3(int a, int b, int c) {
      return a + b + c;
    }

    Integer value4(int a, int b, int c, int d) {
      return a + b + c + d;
    }

    Integer value5(int a, int b, int c, int d, int e) {
      return a + b + c + d + e;
    }

    void nothing0() {
      SEEN.add("method0");
    }

    void nothing1(int a) {
      SEEN.add("method1");
    }

    void nothing2(int a, int b) {
      SEEN.add("method2");
    }

    void nothing3(int a, int b, int c) {
      SEEN.add("method3");
    }

    void nothing4(int a, int b, int c, int d) {
      SEEN.add("method4");
    }

    void nothing5(int a, int b, int c, int d, int e) {
      SEEN.add("method5");
    }

    ObjectRef<Integer> alias0() {
      return Ray.put(0);
    }

    ObjectRef<Integer> alias1(int a) {
      return Ray.put(a);
    }

    ObjectRef<Integer> alias2(int a, int b) {
      return Ray.put(a + b);
    }

    ObjectRef<Integer> alias3(int a, int b, int c) {
      return Ray.put(a + b + c);
    }

    ObjectRef<Integer> alias4(int a, int b, int c, int d) {
      return Ray.put(a + b + c + d);
    }

    ObjectRef<Integer> alias5(int a, int b, int c, int d, int e) {
      return Ray.put(a + b + c + d + e);
    }

    CompletionStage<Integer> stage0() {
      return CompletableFuture.completedFuture(0);
    }

    CompletionStage<Integer> stage1(int a) {
      return CompletableFuture.completedFuture(a);
    }

    CompletionStage<Integer> stage2(int a, int b) {
      return CompletableFuture.completedFuture(a + b);
    }

    CompletionStage<Integer> stage3(int a, int b, int c) {
      return CompletableFuture.completedFuture(a + b + c);
    }

    CompletionStage<Integer> stage4(int a, int b, int c, int d) {
      return CompletableFuture.completedFuture(a + b + c + d);
    }

    CompletionStage<Integer> stage5(int a, int b, int c, int d, int e) {
      return CompletableFuture.completedFuture(a + b + c + d + e);
    }

    Stream<Integer> stream0() {
      return Stream.of(0, 0);
    }

    Stream<Integer> stream1(int a) {
      return Stream.of(a, a);
    }

    Stream<Integer> stream2(int a, int b) {
      return Stream.of(a + b, a + b);
    }

    Stream<Integer> stream3(int a, int b, int c) {
      return Stream.of(a + b + c, a + b + c);
    }

    Stream<Integer> stream4(int a, int b, int c, int d) {
      return Stream.of(a + b + c + d, a + b + c + d);
    }

    Stream<Integer> stream5(int a, int b, int c, int d, int e) {
      return Stream.of(a + b + c + d + e, a + b + c + d + e);
    }

    Iterator<Integer> iterator0() {
      return List.of(0, 0).iterator();
    }

    Iterator<Integer> iterator1(int a) {
      return List.of(a, a).iterator();
    }

    Iterator<Integer> iterator2(int a, int b) {
      return List.of(a + b, a + b).iterator();
    }

    Iterator<Integer> iterator3(int a, int b, int c) {
      return List.of(a + b + c, a + b + c).iterator();
    }

    Iterator<Integer> iterator4(int a, int b, int c, int d) {
      return List.of(a + b + c + d, a + b + c + d).iterator();
    }

    Iterator<Integer> iterator5(int a, int b, int c, int d, int e) {
      return List.of(a + b + c + d + e, a + b + c + d + e).iterator();
    }

    Returns2<Integer, Integer> two0() {
      return Returns.of(0, 2);
    }

    Returns2<Integer, Integer> two1(int a) {
      return Returns.of(a, 2);
    }

    Returns2<Integer, Integer> two2(int a, int b) {
      return Returns.of(a + b, 2);
    }

    Returns2<Integer, Integer> two3(int a, int b, int c) {
      return Returns.of(a + b + c, 2);
    }

    Returns2<Integer, Integer> two4(int a, int b, int c, int d) {
      return Returns.of(a + b + c + d, 2);
    }

    Returns2<Integer, Integer> two5(int a, int b, int c, int d, int e) {
      return Returns.of(a + b + c + d + e, 2);
    }

    Returns3<Integer, Integer, Integer> three0() {
      return Returns.of(0, 2, 3);
    }

    Returns3<Integer, Integer, Integer> three1(int a) {
      return Returns.of(a, 2, 3);
    }

    Returns3<Integer, Integer, Integer> three2(int a, int b) {
      return Returns.of(a + b, 2, 3);
    }

    Returns3<Integer, Integer, Integer> three3(int a, int b, int c) {
      return Returns.of(a + b + c, 2, 3);
    }

    Returns3<Integer, Integer, Integer> three4(int a, int b, int c, int d) {
      return Returns.of(a + b + c + d, 2, 3);
    }

    Returns3<Integer, Integer, Integer> three5(int a, int b, int c, int d, int e) {
      return Returns.of(a + b + c + d + e, 2, 3);
    }

    Returns4<Integer, Integer, Integer, Integer> four0() {
      return Returns.of(0, 2, 3, 4);
    }

    Returns4<Integer, Integer, Integer, Integer> four1(int a) {
      return Returns.of(a, 2, 3, 4);
    }

    Returns4<Integer, Integer, Integer, Integer> four2(int a, int b) {
      return Returns.of(a + b, 2, 3, 4);
    }

    Returns4<Integer, Integer, Integer, Integer> four3(int a, int b, int c) {
      return Returns.of(a + b + c, 2, 3, 4);
    }

    Returns4<Integer, Integer, Integer, Integer> four4(int a, int b, int c, int d) {
      return Returns.of(a + b + c + d, 2, 3, 4);
    }

    Returns4<Integer, Integer, Integer, Integer> four5(int a, int b, int c, int d, int e) {
      return Returns.of(a + b + c + d + e, 2, 3, 4);
    }
  }

  private static final java.util.Set<String> SEEN =
      java.util.concurrent.ConcurrentHashMap.newKeySet();

  static Integer value0() {
    return 0;
  }

  static Integer value1(int a) {
    return a;
  }

  static Integer value2(int a, int b) {
    return a + b;
  }

  static Integer value3(int a, int b, int c) {
    return a + b + c;
  }

  static Integer value4(int a, int b, int c, int d) {
    return a + b + c + d;
  }

  static Integer value5(int a, int b, int c, int d, int e) {
    return a + b + c + d + e;
  }

  static Integer value6(int a, int b, int c, int d, int e, int f) {
    return a + b + c + d + e + f;
  }

  static void nothing0() {
    SEEN.add("nothing0");
  }

  static void nothing1(int a) {
    SEEN.add("nothing1");
  }

  static void nothing2(int a, int b) {
    SEEN.add("nothing2");
  }

  static void nothing3(int a, int b, int c) {
    SEEN.add("nothing3");
  }

  static void nothing4(int a, int b, int c, int d) {
    SEEN.add("nothing4");
  }

  static void nothing5(int a, int b, int c, int d, int e) {
    SEEN.add("nothing5");
  }

  static void nothing6(int a, int b, int c, int d, int e, int f) {
    SEEN.add("nothing6");
  }

  static ObjectRef<Integer> alias0() {
    return Ray.put(0);
  }

  static ObjectRef<Integer> alias1(int a) {
    return Ray.put(a);
  }

  static ObjectRef<Integer> alias2(int a, int b) {
    return Ray.put(a + b);
  }

  static ObjectRef<Integer> alias3(int a, int b, int c) {
    return Ray.put(a + b + c);
  }

  static ObjectRef<Integer> alias4(int a, int b, int c, int d) {
    return Ray.put(a + b + c + d);
  }

  static ObjectRef<Integer> alias5(int a, int b, int c, int d, int e) {
    return Ray.put(a + b + c + d + e);
  }

  static ObjectRef<Integer> alias6(int a, int b, int c, int d, int e, int f) {
    return Ray.put(a + b + c + d + e + f);
  }

  static CompletionStage<Integer> stage0() {
    return CompletableFuture.completedFuture(0);
  }

  static CompletionStage<Integer> stage1(int a) {
    return CompletableFuture.completedFuture(a);
  }

  static CompletionStage<Integer> stage2(int a, int b) {
    return CompletableFuture.completedFuture(a + b);
  }

  static CompletionStage<Integer> stage3(int a, int b, int c) {
    return CompletableFuture.completedFuture(a + b + c);
  }

  static CompletionStage<Integer> stage4(int a, int b, int c, int d) {
    return CompletableFuture.completedFuture(a + b + c + d);
  }

  static CompletionStage<Integer> stage5(int a, int b, int c, int d, int e) {
    return CompletableFuture.completedFuture(a + b + c + d + e);
  }

  static CompletionStage<Integer> stage6(int a, int b, int c, int d, int e, int f) {
    return CompletableFuture.completedFuture(a + b + c + d + e + f);
  }

  static Stream<Integer> stream0() {
    return Stream.of(0, 0);
  }

  static Stream<Integer> stream1(int a) {
    return Stream.of(a, a);
  }

  static Stream<Integer> stream2(int a, int b) {
    return Stream.of(a + b, a + b);
  }

  static Stream<Integer> stream3(int a, int b, int c) {
    return Stream.of(a + b + c, a + b + c);
  }

  static Stream<Integer> stream4(int a, int b, int c, int d) {
    return Stream.of(a + b + c + d, a + b + c + d);
  }

  static Stream<Integer> stream5(int a, int b, int c, int d, int e) {
    return Stream.of(a + b + c + d + e, a + b + c + d + e);
  }

  static Stream<Integer> stream6(int a, int b, int c, int d, int e, int f) {
    return Stream.of(a + b + c + d + e + f, a + b + c + d + e + f);
  }

  static Iterator<Integer> iterator0() {
    return List.of(0, 0).iterator();
  }

  static Iterator<Integer> iterator1(int a) {
    return List.of(a, a).iterator();
  }

  static Iterator<Integer> iterator2(int a, int b) {
    return List.of(a + b, a + b).iterator();
  }

  static Iterator<Integer> iterator3(int a, int b, int c) {
    return List.of(a + b + c, a + b + c).iterator();
  }

  static Iterator<Integer> iterator4(int a, int b, int c, int d) {
    return List.of(a + b + c + d, a + b + c + d).iterator();
  }

  static Iterator<Integer> iterator5(int a, int b, int c, int d, int e) {
    return List.of(a + b + c + d + e, a + b + c + d + e).iterator();
  }

  static Iterator<Integer> iterator6(int a, int b, int c, int d, int e, int f) {
    return List.of(a + b + c + d + e + f, a + b + c + d + e + f).iterator();
  }

  static Returns2<Integer, Integer> two0() {
    return Returns.of(0, 2);
  }

  static Returns2<Integer, Integer> two1(int a) {
    return Returns.of(a, 2);
  }

  static Returns2<Integer, Integer> two2(int a, int b) {
    return Returns.of(a + b, 2);
  }

  static Returns2<Integer, Integer> two3(int a, int b, int c) {
    return Returns.of(a + b + c, 2);
  }

  static Returns2<Integer, Integer> two4(int a, int b, int c, int d) {
    return Returns.of(a + b + c + d, 2);
  }

  static Returns2<Integer, Integer> two5(int a, int b, int c, int d, int e) {
    return Returns.of(a + b + c + d + e, 2);
  }

  static Returns2<Integer, Integer> two6(int a, int b, int c, int d, int e, int f) {
    return Returns.of(a + b + c + d + e + f, 2);
  }

  static Returns3<Integer, Integer, Integer> three0() {
    return Returns.of(0, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three1(int a) {
    return Returns.of(a, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three2(int a, int b) {
    return Returns.of(a + b, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three3(int a, int b, int c) {
    return Returns.of(a + b + c, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three4(int a, int b, int c, int d) {
    return Returns.of(a + b + c + d, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three5(int a, int b, int c, int d, int e) {
    return Returns.of(a + b + c + d + e, 2, 3);
  }

  static Returns3<Integer, Integer, Integer> three6(int a, int b, int c, int d, int e, int f) {
    return Returns.of(a + b + c + d + e + f, 2, 3);
  }

  static Returns4<Integer, Integer, Integer, Integer> four0() {
    return Returns.of(0, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four1(int a) {
    return Returns.of(a, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four2(int a, int b) {
    return Returns.of(a + b, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four3(int a, int b, int c) {
    return Returns.of(a + b + c, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four4(int a, int b, int c, int d) {
    return Returns.of(a + b + c + d, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four5(int a, int b, int c, int d, int e) {
    return Returns.of(a + b + c + d + e, 2, 3, 4);
  }

  static Returns4<Integer, Integer, Integer, Integer> four6(
      int a, int b, int c, int d, int e, int f) {
    return Returns.of(a + b + c + d + e + f, 2, 3, 4);
  }

  private static void sums(ObjectRef<Integer> ref, int expected) {
    assertThat(ref.get(TestRay.PATIENCE)).isEqualTo(expected);
  }

  private static void yields(ObjectRefStream<Integer> stream, int expected) {
    try (stream) {
      assertThat(stream.stream().map(ObjectRef::get).toList()).containsExactly(expected, expected);
    }
  }

  @Test
  void values() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::value0).remote(), 0);
      sums(Ray.remote(OverloadsTest::value1).remote(1), 1);
      sums(Ray.remote(OverloadsTest::value1).remote(Ray.put(1)), 1);
      sums(Ray.remote(OverloadsTest::value2).remote(1, 2), 3);
      sums(Ray.remote(OverloadsTest::value2).remote(Ray.put(1), 2), 3);
      sums(Ray.remote(OverloadsTest::value2).remote(Ray.put(1), Ray.put(2)), 3);
      sums(Ray.remote(OverloadsTest::value3).remote(1, 2, 3), 6);
      sums(Ray.remote(OverloadsTest::value3).remote(Ray.put(1), 2, Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::value3).remote(Ray.put(1), Ray.put(2), Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::value4).remote(1, 2, 3, 4), 10);
      sums(Ray.remote(OverloadsTest::value4).remote(Ray.put(1), 2, Ray.put(3), 4), 10);
      sums(
          Ray.remote(OverloadsTest::value4).remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4)),
          10);
      sums(Ray.remote(OverloadsTest::value5).remote(1, 2, 3, 4, 5), 15);
      sums(Ray.remote(OverloadsTest::value5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)), 15);
      sums(
          Ray.remote(OverloadsTest::value5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5)),
          15);
      sums(Ray.remote(OverloadsTest::value6).remote(1, 2, 3, 4, 5, 6), 21);
      sums(
          Ray.remote(OverloadsTest::value6).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6),
          21);
      sums(
          Ray.remote(OverloadsTest::value6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6)),
          21);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::value0), 0);
      sums(host.call(Host::value1, 1), 1);
      sums(host.method(Host::value1).remote(1), 1);
      sums(host.call(Host::value2, 1, 2), 3);
      sums(host.method(Host::value2).remote(1, Ray.put(2)), 3);
      sums(host.call(Host::value3, 1, 2, 3), 6);
      sums(host.method(Host::value3).remote(1, Ray.put(2), 3), 6);
      sums(host.method(Host::value4).remote(1, 2, 3, 4), 10);
      sums(host.method(Host::value4).remote(1, Ray.put(2), 3, Ray.put(4)), 10);
      sums(host.method(Host::value5).remote(1, 2, 3, 4, 5), 15);
      sums(host.method(Host::value5).remote(1, Ray.put(2), 3, Ray.put(4), 5), 15);
    });
  }

  @Test
  void nothing() throws Exception {
    TestRay.with(ray -> {
      assertThat(Ray.remote(OverloadsTest::nothing0).remote().get(TestRay.PATIENCE)).isNull();
      assertThat(Ray.remote(OverloadsTest::nothing1).remote(1).get(TestRay.PATIENCE)).isNull();
      assertThat(Ray.remote(OverloadsTest::nothing1).remote(Ray.put(1)).get(TestRay.PATIENCE))
          .isNull();
      assertThat(Ray.remote(OverloadsTest::nothing2).remote(1, 2).get(TestRay.PATIENCE)).isNull();
      assertThat(Ray.remote(OverloadsTest::nothing2).remote(Ray.put(1), 2).get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing2)
                  .remote(Ray.put(1), Ray.put(2))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(Ray.remote(OverloadsTest::nothing3).remote(1, 2, 3).get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing3)
                  .remote(Ray.put(1), 2, Ray.put(3))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing3)
                  .remote(Ray.put(1), Ray.put(2), Ray.put(3))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(Ray.remote(OverloadsTest::nothing4).remote(1, 2, 3, 4).get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing4)
                  .remote(Ray.put(1), 2, Ray.put(3), 4)
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing4)
                  .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(Ray.remote(OverloadsTest::nothing5).remote(1, 2, 3, 4, 5).get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing5)
                  .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing5)
                  .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(Ray.remote(OverloadsTest::nothing6).remote(1, 2, 3, 4, 5, 6).get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing6)
                  .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(
              Ray.remote(OverloadsTest::nothing6)
                  .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
                  .get(TestRay.PATIENCE))
          .isNull();
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      assertThat(host.call(Host::nothing0).get(TestRay.PATIENCE)).isNull();
      assertThat(host.call(Host::nothing1, 1).get(TestRay.PATIENCE)).isNull();
      assertThat(host.method(Host::nothing1).remote(1).get(TestRay.PATIENCE)).isNull();
      assertThat(host.call(Host::nothing2, 1, 2).get(TestRay.PATIENCE)).isNull();
      assertThat(host.method(Host::nothing2).remote(1, Ray.put(2)).get(TestRay.PATIENCE)).isNull();
      assertThat(host.call(Host::nothing3, 1, 2, 3).get(TestRay.PATIENCE)).isNull();
      assertThat(host.method(Host::nothing3).remote(1, Ray.put(2), 3).get(TestRay.PATIENCE))
          .isNull();
      assertThat(host.method(Host::nothing4).remote(1, 2, 3, 4).get(TestRay.PATIENCE)).isNull();
      assertThat(
              host.method(Host::nothing4)
                  .remote(1, Ray.put(2), 3, Ray.put(4))
                  .get(TestRay.PATIENCE))
          .isNull();
      assertThat(host.method(Host::nothing5).remote(1, 2, 3, 4, 5).get(TestRay.PATIENCE)).isNull();
      assertThat(
              host.method(Host::nothing5)
                  .remote(1, Ray.put(2), 3, Ray.put(4), 5)
                  .get(TestRay.PATIENCE))
          .isNull();
      if (!TestRay.inProcesses()) {
        assertThat(SEEN).hasSize(13);
      }
    });
  }

  @Test
  void alias() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::alias0).remote(), 0);
      sums(Ray.remote(OverloadsTest::alias1).remote(1), 1);
      sums(Ray.remote(OverloadsTest::alias1).remote(Ray.put(1)), 1);
      sums(Ray.remote(OverloadsTest::alias2).remote(1, 2), 3);
      sums(Ray.remote(OverloadsTest::alias2).remote(Ray.put(1), 2), 3);
      sums(Ray.remote(OverloadsTest::alias2).remote(Ray.put(1), Ray.put(2)), 3);
      sums(Ray.remote(OverloadsTest::alias3).remote(1, 2, 3), 6);
      sums(Ray.remote(OverloadsTest::alias3).remote(Ray.put(1), 2, Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::alias3).remote(Ray.put(1), Ray.put(2), Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::alias4).remote(1, 2, 3, 4), 10);
      sums(Ray.remote(OverloadsTest::alias4).remote(Ray.put(1), 2, Ray.put(3), 4), 10);
      sums(
          Ray.remote(OverloadsTest::alias4).remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4)),
          10);
      sums(Ray.remote(OverloadsTest::alias5).remote(1, 2, 3, 4, 5), 15);
      sums(Ray.remote(OverloadsTest::alias5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)), 15);
      sums(
          Ray.remote(OverloadsTest::alias5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5)),
          15);
      sums(Ray.remote(OverloadsTest::alias6).remote(1, 2, 3, 4, 5, 6), 21);
      sums(
          Ray.remote(OverloadsTest::alias6).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6),
          21);
      sums(
          Ray.remote(OverloadsTest::alias6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6)),
          21);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::alias0), 0);
      sums(host.call(Host::alias1, 1), 1);
      sums(host.method(Host::alias1).remote(1), 1);
      sums(host.call(Host::alias2, 1, 2), 3);
      sums(host.method(Host::alias2).remote(1, Ray.put(2)), 3);
      sums(host.call(Host::alias3, 1, 2, 3), 6);
      sums(host.method(Host::alias3).remote(1, Ray.put(2), 3), 6);
      sums(host.method(Host::alias4).remote(1, 2, 3, 4), 10);
      sums(host.method(Host::alias4).remote(1, Ray.put(2), 3, Ray.put(4)), 10);
      sums(host.method(Host::alias5).remote(1, 2, 3, 4, 5), 15);
      sums(host.method(Host::alias5).remote(1, Ray.put(2), 3, Ray.put(4), 5), 15);
    });
  }

  @Test
  void stage() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::stage0).remote(), 0);
      sums(Ray.remote(OverloadsTest::stage1).remote(1), 1);
      sums(Ray.remote(OverloadsTest::stage1).remote(Ray.put(1)), 1);
      sums(Ray.remote(OverloadsTest::stage2).remote(1, 2), 3);
      sums(Ray.remote(OverloadsTest::stage2).remote(Ray.put(1), 2), 3);
      sums(Ray.remote(OverloadsTest::stage2).remote(Ray.put(1), Ray.put(2)), 3);
      sums(Ray.remote(OverloadsTest::stage3).remote(1, 2, 3), 6);
      sums(Ray.remote(OverloadsTest::stage3).remote(Ray.put(1), 2, Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::stage3).remote(Ray.put(1), Ray.put(2), Ray.put(3)), 6);
      sums(Ray.remote(OverloadsTest::stage4).remote(1, 2, 3, 4), 10);
      sums(Ray.remote(OverloadsTest::stage4).remote(Ray.put(1), 2, Ray.put(3), 4), 10);
      sums(
          Ray.remote(OverloadsTest::stage4).remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4)),
          10);
      sums(Ray.remote(OverloadsTest::stage5).remote(1, 2, 3, 4, 5), 15);
      sums(Ray.remote(OverloadsTest::stage5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)), 15);
      sums(
          Ray.remote(OverloadsTest::stage5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5)),
          15);
      sums(Ray.remote(OverloadsTest::stage6).remote(1, 2, 3, 4, 5, 6), 21);
      sums(
          Ray.remote(OverloadsTest::stage6).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6),
          21);
      sums(
          Ray.remote(OverloadsTest::stage6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6)),
          21);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::stage0), 0);
      sums(host.call(Host::stage1, 1), 1);
      sums(host.method(Host::stage1).remote(1), 1);
      sums(host.call(Host::stage2, 1, 2), 3);
      sums(host.method(Host::stage2).remote(1, Ray.put(2)), 3);
      sums(host.call(Host::stage3, 1, 2, 3), 6);
      sums(host.method(Host::stage3).remote(1, Ray.put(2), 3), 6);
      sums(host.method(Host::stage4).remote(1, 2, 3, 4), 10);
      sums(host.method(Host::stage4).remote(1, Ray.put(2), 3, Ray.put(4)), 10);
      sums(host.method(Host::stage5).remote(1, 2, 3, 4, 5), 15);
      sums(host.method(Host::stage5).remote(1, Ray.put(2), 3, Ray.put(4), 5), 15);
    });
  }

  @Test
  void stream() throws Exception {
    TestRay.with(ray -> {
      yields(Ray.remote(OverloadsTest::stream0).remote(), 0);
      yields(Ray.remote(OverloadsTest::stream1).remote(1), 1);
      yields(Ray.remote(OverloadsTest::stream1).remote(Ray.put(1)), 1);
      yields(Ray.remote(OverloadsTest::stream2).remote(1, 2), 3);
      yields(Ray.remote(OverloadsTest::stream2).remote(Ray.put(1), 2), 3);
      yields(Ray.remote(OverloadsTest::stream2).remote(Ray.put(1), Ray.put(2)), 3);
      yields(Ray.remote(OverloadsTest::stream3).remote(1, 2, 3), 6);
      yields(Ray.remote(OverloadsTest::stream3).remote(Ray.put(1), 2, Ray.put(3)), 6);
      yields(Ray.remote(OverloadsTest::stream3).remote(Ray.put(1), Ray.put(2), Ray.put(3)), 6);
      yields(Ray.remote(OverloadsTest::stream4).remote(1, 2, 3, 4), 10);
      yields(Ray.remote(OverloadsTest::stream4).remote(Ray.put(1), 2, Ray.put(3), 4), 10);
      yields(
          Ray.remote(OverloadsTest::stream4).remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4)),
          10);
      yields(Ray.remote(OverloadsTest::stream5).remote(1, 2, 3, 4, 5), 15);
      yields(
          Ray.remote(OverloadsTest::stream5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)), 15);
      yields(
          Ray.remote(OverloadsTest::stream5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5)),
          15);
      yields(Ray.remote(OverloadsTest::stream6).remote(1, 2, 3, 4, 5, 6), 21);
      yields(
          Ray.remote(OverloadsTest::stream6).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6),
          21);
      yields(
          Ray.remote(OverloadsTest::stream6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6)),
          21);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      yields(host.call(Host::stream0), 0);
      yields(host.call(Host::stream1, 1), 1);
      yields(host.method(Host::stream1).remote(1), 1);
      yields(host.call(Host::stream2, 1, 2), 3);
      yields(host.method(Host::stream2).remote(1, Ray.put(2)), 3);
      yields(host.call(Host::stream3, 1, 2, 3), 6);
      yields(host.method(Host::stream3).remote(1, Ray.put(2), 3), 6);
      yields(host.method(Host::stream4).remote(1, 2, 3, 4), 10);
      yields(host.method(Host::stream4).remote(1, Ray.put(2), 3, Ray.put(4)), 10);
      yields(host.method(Host::stream5).remote(1, 2, 3, 4, 5), 15);
      yields(host.method(Host::stream5).remote(1, Ray.put(2), 3, Ray.put(4), 5), 15);
    });
  }

  @Test
  void iterator() throws Exception {
    TestRay.with(ray -> {
      yields(Ray.remote(OverloadsTest::iterator0).remote(), 0);
      yields(Ray.remote(OverloadsTest::iterator1).remote(1), 1);
      yields(Ray.remote(OverloadsTest::iterator1).remote(Ray.put(1)), 1);
      yields(Ray.remote(OverloadsTest::iterator2).remote(1, 2), 3);
      yields(Ray.remote(OverloadsTest::iterator2).remote(Ray.put(1), 2), 3);
      yields(Ray.remote(OverloadsTest::iterator2).remote(Ray.put(1), Ray.put(2)), 3);
      yields(Ray.remote(OverloadsTest::iterator3).remote(1, 2, 3), 6);
      yields(Ray.remote(OverloadsTest::iterator3).remote(Ray.put(1), 2, Ray.put(3)), 6);
      yields(Ray.remote(OverloadsTest::iterator3).remote(Ray.put(1), Ray.put(2), Ray.put(3)), 6);
      yields(Ray.remote(OverloadsTest::iterator4).remote(1, 2, 3, 4), 10);
      yields(Ray.remote(OverloadsTest::iterator4).remote(Ray.put(1), 2, Ray.put(3), 4), 10);
      yields(
          Ray.remote(OverloadsTest::iterator4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4)),
          10);
      yields(Ray.remote(OverloadsTest::iterator5).remote(1, 2, 3, 4, 5), 15);
      yields(
          Ray.remote(OverloadsTest::iterator5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)),
          15);
      yields(
          Ray.remote(OverloadsTest::iterator5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5)),
          15);
      yields(Ray.remote(OverloadsTest::iterator6).remote(1, 2, 3, 4, 5, 6), 21);
      yields(
          Ray.remote(OverloadsTest::iterator6).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6),
          21);
      yields(
          Ray.remote(OverloadsTest::iterator6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6)),
          21);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      yields(host.call(Host::iterator0), 0);
      yields(host.call(Host::iterator1, 1), 1);
      yields(host.method(Host::iterator1).remote(1), 1);
      yields(host.call(Host::iterator2, 1, 2), 3);
      yields(host.method(Host::iterator2).remote(1, Ray.put(2)), 3);
      yields(host.call(Host::iterator3, 1, 2, 3), 6);
      yields(host.method(Host::iterator3).remote(1, Ray.put(2), 3), 6);
      yields(host.method(Host::iterator4).remote(1, 2, 3, 4), 10);
      yields(host.method(Host::iterator4).remote(1, Ray.put(2), 3, Ray.put(4)), 10);
      yields(host.method(Host::iterator5).remote(1, 2, 3, 4, 5), 15);
      yields(host.method(Host::iterator5).remote(1, Ray.put(2), 3, Ray.put(4), 5), 15);
    });
  }

  @Test
  void two() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::two0).remote().first(), 0);
      sums(Ray.remote(OverloadsTest::two0).remote().second(), 2);
      sums(Ray.remote(OverloadsTest::two1).remote(1).first(), 1);
      sums(Ray.remote(OverloadsTest::two1).remote(1).second(), 2);
      sums(Ray.remote(OverloadsTest::two1).remote(Ray.put(1)).first(), 1);
      sums(Ray.remote(OverloadsTest::two1).remote(Ray.put(1)).second(), 2);
      sums(Ray.remote(OverloadsTest::two2).remote(1, 2).first(), 3);
      sums(Ray.remote(OverloadsTest::two2).remote(1, 2).second(), 2);
      sums(Ray.remote(OverloadsTest::two2).remote(Ray.put(1), 2).first(), 3);
      sums(Ray.remote(OverloadsTest::two2).remote(Ray.put(1), 2).second(), 2);
      sums(Ray.remote(OverloadsTest::two2).remote(Ray.put(1), Ray.put(2)).first(), 3);
      sums(Ray.remote(OverloadsTest::two2).remote(Ray.put(1), Ray.put(2)).second(), 2);
      sums(Ray.remote(OverloadsTest::two3).remote(1, 2, 3).first(), 6);
      sums(Ray.remote(OverloadsTest::two3).remote(1, 2, 3).second(), 2);
      sums(Ray.remote(OverloadsTest::two3).remote(Ray.put(1), 2, Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::two3).remote(Ray.put(1), 2, Ray.put(3)).second(), 2);
      sums(Ray.remote(OverloadsTest::two3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::two3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).second(), 2);
      sums(Ray.remote(OverloadsTest::two4).remote(1, 2, 3, 4).first(), 10);
      sums(Ray.remote(OverloadsTest::two4).remote(1, 2, 3, 4).second(), 2);
      sums(Ray.remote(OverloadsTest::two4).remote(Ray.put(1), 2, Ray.put(3), 4).first(), 10);
      sums(Ray.remote(OverloadsTest::two4).remote(Ray.put(1), 2, Ray.put(3), 4).second(), 2);
      sums(
          Ray.remote(OverloadsTest::two4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .first(),
          10);
      sums(
          Ray.remote(OverloadsTest::two4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .second(),
          2);
      sums(Ray.remote(OverloadsTest::two5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(Ray.remote(OverloadsTest::two5).remote(1, 2, 3, 4, 5).second(), 2);
      sums(
          Ray.remote(OverloadsTest::two5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)).first(),
          15);
      sums(
          Ray.remote(OverloadsTest::two5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)).second(),
          2);
      sums(
          Ray.remote(OverloadsTest::two5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .first(),
          15);
      sums(
          Ray.remote(OverloadsTest::two5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .second(),
          2);
      sums(Ray.remote(OverloadsTest::two6).remote(1, 2, 3, 4, 5, 6).first(), 21);
      sums(Ray.remote(OverloadsTest::two6).remote(1, 2, 3, 4, 5, 6).second(), 2);
      sums(
          Ray.remote(OverloadsTest::two6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::two6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .second(),
          2);
      sums(
          Ray.remote(OverloadsTest::two6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::two6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .second(),
          2);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::two0).first(), 0);
      sums(host.call(Host::two0).second(), 2);
      sums(host.call(Host::two1, 1).first(), 1);
      sums(host.call(Host::two1, 1).second(), 2);
      sums(host.method(Host::two1).remote(1).first(), 1);
      sums(host.method(Host::two1).remote(1).second(), 2);
      sums(host.call(Host::two2, 1, 2).first(), 3);
      sums(host.call(Host::two2, 1, 2).second(), 2);
      sums(host.method(Host::two2).remote(1, Ray.put(2)).first(), 3);
      sums(host.method(Host::two2).remote(1, Ray.put(2)).second(), 2);
      sums(host.call(Host::two3, 1, 2, 3).first(), 6);
      sums(host.call(Host::two3, 1, 2, 3).second(), 2);
      sums(host.method(Host::two3).remote(1, Ray.put(2), 3).first(), 6);
      sums(host.method(Host::two3).remote(1, Ray.put(2), 3).second(), 2);
      sums(host.method(Host::two4).remote(1, 2, 3, 4).first(), 10);
      sums(host.method(Host::two4).remote(1, 2, 3, 4).second(), 2);
      sums(host.method(Host::two4).remote(1, Ray.put(2), 3, Ray.put(4)).first(), 10);
      sums(host.method(Host::two4).remote(1, Ray.put(2), 3, Ray.put(4)).second(), 2);
      sums(host.method(Host::two5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(host.method(Host::two5).remote(1, 2, 3, 4, 5).second(), 2);
      sums(host.method(Host::two5).remote(1, Ray.put(2), 3, Ray.put(4), 5).first(), 15);
      sums(host.method(Host::two5).remote(1, Ray.put(2), 3, Ray.put(4), 5).second(), 2);
    });
  }

  @Test
  void three() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::three0).remote().first(), 0);
      sums(Ray.remote(OverloadsTest::three0).remote().third(), 3);
      sums(Ray.remote(OverloadsTest::three1).remote(1).first(), 1);
      sums(Ray.remote(OverloadsTest::three1).remote(1).third(), 3);
      sums(Ray.remote(OverloadsTest::three1).remote(Ray.put(1)).first(), 1);
      sums(Ray.remote(OverloadsTest::three1).remote(Ray.put(1)).third(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(1, 2).first(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(1, 2).third(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(Ray.put(1), 2).first(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(Ray.put(1), 2).third(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(Ray.put(1), Ray.put(2)).first(), 3);
      sums(Ray.remote(OverloadsTest::three2).remote(Ray.put(1), Ray.put(2)).third(), 3);
      sums(Ray.remote(OverloadsTest::three3).remote(1, 2, 3).first(), 6);
      sums(Ray.remote(OverloadsTest::three3).remote(1, 2, 3).third(), 3);
      sums(Ray.remote(OverloadsTest::three3).remote(Ray.put(1), 2, Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::three3).remote(Ray.put(1), 2, Ray.put(3)).third(), 3);
      sums(Ray.remote(OverloadsTest::three3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::three3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).third(), 3);
      sums(Ray.remote(OverloadsTest::three4).remote(1, 2, 3, 4).first(), 10);
      sums(Ray.remote(OverloadsTest::three4).remote(1, 2, 3, 4).third(), 3);
      sums(Ray.remote(OverloadsTest::three4).remote(Ray.put(1), 2, Ray.put(3), 4).first(), 10);
      sums(Ray.remote(OverloadsTest::three4).remote(Ray.put(1), 2, Ray.put(3), 4).third(), 3);
      sums(
          Ray.remote(OverloadsTest::three4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .first(),
          10);
      sums(
          Ray.remote(OverloadsTest::three4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .third(),
          3);
      sums(Ray.remote(OverloadsTest::three5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(Ray.remote(OverloadsTest::three5).remote(1, 2, 3, 4, 5).third(), 3);
      sums(
          Ray.remote(OverloadsTest::three5)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5))
              .first(),
          15);
      sums(
          Ray.remote(OverloadsTest::three5)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5))
              .third(),
          3);
      sums(
          Ray.remote(OverloadsTest::three5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .first(),
          15);
      sums(
          Ray.remote(OverloadsTest::three5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .third(),
          3);
      sums(Ray.remote(OverloadsTest::three6).remote(1, 2, 3, 4, 5, 6).first(), 21);
      sums(Ray.remote(OverloadsTest::three6).remote(1, 2, 3, 4, 5, 6).third(), 3);
      sums(
          Ray.remote(OverloadsTest::three6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::three6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .third(),
          3);
      sums(
          Ray.remote(OverloadsTest::three6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::three6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .third(),
          3);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::three0).first(), 0);
      sums(host.call(Host::three0).third(), 3);
      sums(host.call(Host::three1, 1).first(), 1);
      sums(host.call(Host::three1, 1).third(), 3);
      sums(host.method(Host::three1).remote(1).first(), 1);
      sums(host.method(Host::three1).remote(1).third(), 3);
      sums(host.call(Host::three2, 1, 2).first(), 3);
      sums(host.call(Host::three2, 1, 2).third(), 3);
      sums(host.method(Host::three2).remote(1, Ray.put(2)).first(), 3);
      sums(host.method(Host::three2).remote(1, Ray.put(2)).third(), 3);
      sums(host.call(Host::three3, 1, 2, 3).first(), 6);
      sums(host.call(Host::three3, 1, 2, 3).third(), 3);
      sums(host.method(Host::three3).remote(1, Ray.put(2), 3).first(), 6);
      sums(host.method(Host::three3).remote(1, Ray.put(2), 3).third(), 3);
      sums(host.method(Host::three4).remote(1, 2, 3, 4).first(), 10);
      sums(host.method(Host::three4).remote(1, 2, 3, 4).third(), 3);
      sums(host.method(Host::three4).remote(1, Ray.put(2), 3, Ray.put(4)).first(), 10);
      sums(host.method(Host::three4).remote(1, Ray.put(2), 3, Ray.put(4)).third(), 3);
      sums(host.method(Host::three5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(host.method(Host::three5).remote(1, 2, 3, 4, 5).third(), 3);
      sums(host.method(Host::three5).remote(1, Ray.put(2), 3, Ray.put(4), 5).first(), 15);
      sums(host.method(Host::three5).remote(1, Ray.put(2), 3, Ray.put(4), 5).third(), 3);
    });
  }

  @Test
  void four() throws Exception {
    TestRay.with(ray -> {
      sums(Ray.remote(OverloadsTest::four0).remote().first(), 0);
      sums(Ray.remote(OverloadsTest::four0).remote().fourth(), 4);
      sums(Ray.remote(OverloadsTest::four1).remote(1).first(), 1);
      sums(Ray.remote(OverloadsTest::four1).remote(1).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four1).remote(Ray.put(1)).first(), 1);
      sums(Ray.remote(OverloadsTest::four1).remote(Ray.put(1)).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four2).remote(1, 2).first(), 3);
      sums(Ray.remote(OverloadsTest::four2).remote(1, 2).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four2).remote(Ray.put(1), 2).first(), 3);
      sums(Ray.remote(OverloadsTest::four2).remote(Ray.put(1), 2).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four2).remote(Ray.put(1), Ray.put(2)).first(), 3);
      sums(Ray.remote(OverloadsTest::four2).remote(Ray.put(1), Ray.put(2)).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four3).remote(1, 2, 3).first(), 6);
      sums(Ray.remote(OverloadsTest::four3).remote(1, 2, 3).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four3).remote(Ray.put(1), 2, Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::four3).remote(Ray.put(1), 2, Ray.put(3)).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).first(), 6);
      sums(Ray.remote(OverloadsTest::four3).remote(Ray.put(1), Ray.put(2), Ray.put(3)).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four4).remote(1, 2, 3, 4).first(), 10);
      sums(Ray.remote(OverloadsTest::four4).remote(1, 2, 3, 4).fourth(), 4);
      sums(Ray.remote(OverloadsTest::four4).remote(Ray.put(1), 2, Ray.put(3), 4).first(), 10);
      sums(Ray.remote(OverloadsTest::four4).remote(Ray.put(1), 2, Ray.put(3), 4).fourth(), 4);
      sums(
          Ray.remote(OverloadsTest::four4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .first(),
          10);
      sums(
          Ray.remote(OverloadsTest::four4)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4))
              .fourth(),
          4);
      sums(Ray.remote(OverloadsTest::four5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(Ray.remote(OverloadsTest::four5).remote(1, 2, 3, 4, 5).fourth(), 4);
      sums(
          Ray.remote(OverloadsTest::four5).remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5)).first(),
          15);
      sums(
          Ray.remote(OverloadsTest::four5)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5))
              .fourth(),
          4);
      sums(
          Ray.remote(OverloadsTest::four5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .first(),
          15);
      sums(
          Ray.remote(OverloadsTest::four5)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5))
              .fourth(),
          4);
      sums(Ray.remote(OverloadsTest::four6).remote(1, 2, 3, 4, 5, 6).first(), 21);
      sums(Ray.remote(OverloadsTest::four6).remote(1, 2, 3, 4, 5, 6).fourth(), 4);
      sums(
          Ray.remote(OverloadsTest::four6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::four6)
              .remote(Ray.put(1), 2, Ray.put(3), 4, Ray.put(5), 6)
              .fourth(),
          4);
      sums(
          Ray.remote(OverloadsTest::four6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .first(),
          21);
      sums(
          Ray.remote(OverloadsTest::four6)
              .remote(Ray.put(1), Ray.put(2), Ray.put(3), Ray.put(4), Ray.put(5), Ray.put(6))
              .fourth(),
          4);
      ActorRef<Host> host = Ray.actor(Host::new).remote();
      sums(host.call(Host::four0).first(), 0);
      sums(host.call(Host::four0).fourth(), 4);
      sums(host.call(Host::four1, 1).first(), 1);
      sums(host.call(Host::four1, 1).fourth(), 4);
      sums(host.method(Host::four1).remote(1).first(), 1);
      sums(host.method(Host::four1).remote(1).fourth(), 4);
      sums(host.call(Host::four2, 1, 2).first(), 3);
      sums(host.call(Host::four2, 1, 2).fourth(), 4);
      sums(host.method(Host::four2).remote(1, Ray.put(2)).first(), 3);
      sums(host.method(Host::four2).remote(1, Ray.put(2)).fourth(), 4);
      sums(host.call(Host::four3, 1, 2, 3).first(), 6);
      sums(host.call(Host::four3, 1, 2, 3).fourth(), 4);
      sums(host.method(Host::four3).remote(1, Ray.put(2), 3).first(), 6);
      sums(host.method(Host::four3).remote(1, Ray.put(2), 3).fourth(), 4);
      sums(host.method(Host::four4).remote(1, 2, 3, 4).first(), 10);
      sums(host.method(Host::four4).remote(1, 2, 3, 4).fourth(), 4);
      sums(host.method(Host::four4).remote(1, Ray.put(2), 3, Ray.put(4)).first(), 10);
      sums(host.method(Host::four4).remote(1, Ray.put(2), 3, Ray.put(4)).fourth(), 4);
      sums(host.method(Host::four5).remote(1, 2, 3, 4, 5).first(), 15);
      sums(host.method(Host::four5).remote(1, 2, 3, 4, 5).fourth(), 4);
      sums(host.method(Host::four5).remote(1, Ray.put(2), 3, Ray.put(4), 5).first(), 15);
      sums(host.method(Host::four5).remote(1, Ray.put(2), 3, Ray.put(4), 5).fourth(), 4);
    });
  }

  @Test
  void overloadedMethodsAreToldApartByATypedLambda() throws Exception {
    TestRay.with(ray -> {
      assertThat(Ray.remote((String s) -> Integer.parseInt(s)).remote("17").get()).isEqualTo(17);
      assertThat(
              Ray.remote((String s, Integer radix) -> Integer.parseInt(s, radix))
                  .remote("ff", 16)
                  .get())
          .isEqualTo(255);
      ActorRef<StringBuilder> built = Ray.actor((String s) -> new StringBuilder(s)).remote("ab");
      assertThat(built.call((StringBuilder b, String s) -> b.append(s).toString(), "cd").get())
          .isEqualTo("abcd");
    });
  }
}
