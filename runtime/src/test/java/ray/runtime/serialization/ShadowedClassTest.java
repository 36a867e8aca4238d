package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A program's class has the name of one that Ray's own loader knows as well. */
class ShadowedClassTest {
  record Alone(String text) {}

  /** Has a class {@link ShadowedPoint} of its own, and all others from its parent. */
  private static final class Program extends ClassLoader {
    Program() {
      super(ShadowedClassTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        return name.equals(ShadowedPoint.class.getName())
            ? define(name)
            : super.loadClass(name, resolve);
      }
    }

    private Class<?> define(String name) {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Program program = new Program();

  private Object point() throws Exception {
    Class<?> type = program.loadClass(ShadowedPoint.class.getName());
    assertThat(type).isNotEqualTo(ShadowedPoint.class);
    Constructor<?> constructor = type.getDeclaredConstructor(int.class, List.class);
    constructor.setAccessible(true);
    return constructor.newInstance(1, List.of(constructor.newInstance(2, List.of())));
  }

  private void checkCopies(Consumer<ValueSerializers> prepared) throws Exception {
    Object point = point();
    ValueSerializers serializers = ValueSerializers.forLoader(program).build();
    prepared.accept(serializers);
    for (Object value : List.of(new Alone("a"), point, new Alone("b"), List.of(point))) {
      assertThat(copy(serializers, value)).isEqualTo(value).isNotSameAs(value);
    }
    assertThat(copy(serializers, point).getClass()).isEqualTo(point.getClass());
  }

  private static Object copy(ValueSerializers serializers, Object value) {
    HandleTable handles = new HandleTable();
    Serialized serialized = serializers.serialize(value, handles).detach();
    return Objects.requireNonNull(serializers.deserialize(serialized, handles));
  }

  @Test
  void isCopiedBeforeThereIsGeneratedCode() throws Exception {
    checkCopies(serializers -> {});
  }

  @Test
  void isCopiedWhereThereIsGeneratedCodeAlready() throws Exception {
    checkCopies(ValueSerializers::compileNow);
  }

  @Test
  void isCopiedAfterGeneratedCodeWasToBeMadeForIt() throws Exception {
    Object point = point();
    checkCopies(serializers -> {
      copy(serializers, point);
      serializers.compileNow();
    });
  }
}
