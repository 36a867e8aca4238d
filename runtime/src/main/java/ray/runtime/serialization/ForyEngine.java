package ray.runtime.serialization;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.fory.resolver.SharedRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads object graphs by Apache Fory, for one class loader.
 *
 * <p>A program that serializes a few values must not pay for a compiler: Fory starts interpreting,
 * which is ready several hundred milliseconds earlier than its generated code. Once values keep
 * coming ({@link #WARM_AFTER}), a background thread compiles serializers for the classes seen so
 * far and every later call uses them. Both write the same bytes.
 *
 * <p>Thread-safe. Creating one loads Fory.
 */
final class ForyEngine {
  /** By then the interpreter has cost about as much time as the compiler will. */
  private static final int WARM_AFTER = 2_000;

  /** Classes beyond this many are compiled when they are met again, not ahead. */
  private static final int MAX_REMEMBERED_CLASSES = 1_000;

  private final ClassLoader classLoader;
  private final ValueRules rules;
  private final LongAdder uses = new LongAdder();
  private final Set<Class<?>> seen = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean warming = new AtomicBoolean();
  private volatile ForyPool pool;
  private volatile boolean compiled;

  ForyEngine(ClassLoader classLoader, ValueRules rules) {
    this.classLoader = classLoader;
    this.rules = rules;
    this.pool = newPool(false);
  }

  private ForyPool newPool(boolean withCompiler) {
    SharedRegistry registry = new SharedRegistry();
    ForySession.Options options =
        new ForySession.Options(classLoader, rules, withCompiler, registry);
    return new ForyPool(() -> new ForySession(options));
  }

  /**
   * Writes a graph after a tag.
   *
   * @throws RefusedValueException at a class that must not be written
   * @throws GraphException if Fory or a serializer of the user fails
   */
  Serialized write(byte tag, Object value, RefCollector refs) {
    countUse(value.getClass());
    ForyPool current = pool;
    ForySession session = current.acquire();
    boolean intact = false;
    ClassLoader before = enter();
    try {
      Serialized serialized = session.write(tag, value, refs);
      intact = true;
      return serialized;
    } catch (RuntimeException e) {
      if (ShadowedClassException.isIn(e)) {
        interpret(current);
        return write(tag, value, refs);
      }
      intact = !causedByError(e);
      RefusedValueException refused = refusedIn(e);
      throw refused != null ? refused : new GraphException(e);
    } catch (StackOverflowError e) {
      throw new GraphException(e);
    } finally {
      leave(before);
      giveBack(current, session, intact);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws GraphException if the bytes are damaged, a class is missing, or a serializer of the
   *     user fails
   */
  Object read(Serialized serialized, RefResolver refs) {
    ForyPool current = pool;
    ForySession session = current.acquire();
    boolean intact = false;
    ClassLoader before = enter();
    try {
      Object value = session.read(serialized, refs);
      intact = true;
      return value;
    } catch (RuntimeException e) {
      if (ShadowedClassException.isIn(e)) {
        interpret(current);
        return read(serialized, refs);
      }
      intact = !causedByError(e);
      throw new GraphException(e);
    } catch (StackOverflowError e) {
      throw new GraphException(e);
    } finally {
      leave(before);
      giveBack(current, session, intact);
    }
  }

  /** What Fory generates looks for classes by the thread's loader. */
  private @Nullable ClassLoader enter() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    if (before != classLoader) {
      thread.setContextClassLoader(classLoader);
    }
    return before;
  }

  private void leave(@Nullable ClassLoader before) {
    if (before != classLoader) {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  /**
   * After an exception Fory is as before; after an error (stack, memory, linkage) it may not be.
   */
  private static boolean causedByError(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof Error) {
        return true;
      }
    }
    return false;
  }

  private static void giveBack(ForyPool pool, ForySession session, boolean intact) {
    if (intact) {
      pool.release(session);
    } else {
      pool.discard(session);
    }
  }

  private static @Nullable RefusedValueException refusedIn(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof RefusedValueException refused) {
        return refused;
      }
    }
    return null;
  }

  private void countUse(Class<?> type) {
    if (compiled) {
      return;
    }
    if (seen.size() < MAX_REMEMBERED_CLASSES) {
      seen.add(type);
    }
    uses.increment();
    if (uses.sum() >= WARM_AFTER && warming.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("ray-serializer-compiler").start(this::warmUp);
    }
  }

  /** Compiles what has been seen and switches over. Called once. */
  private void warmUp() {
    ForyPool compiledPool = newPool(true);
    ForySession session = compiledPool.acquire();
    ClassLoader before = enter();
    try {
      if (seen.stream().anyMatch(ShadowedClassException::isShadowed)) {
        compiledPool.discard(session);
        return;
      }
      session.prepare(Set.copyOf(seen));
      compiledPool.release(session);
    } catch (RuntimeException | LinkageError e) {
      // One of the classes can't be compiled; the interpreter goes on serving all of them.
      compiledPool.discard(session);
      return;
    } finally {
      leave(before);
    }
    pool = compiledPool;
    compiled = true;
    seen.clear();
  }

  /** Goes back from generated code: it can't be had for all classes. */
  private synchronized void interpret(ForyPool failed) {
    if (pool == failed) {
      pool = newPool(false);
    }
  }

  /** Switches to generated code now, on the caller's thread. */
  void compileNow() {
    if (warming.compareAndSet(false, true)) {
      warmUp();
    }
  }

  boolean isCompiled() {
    return compiled;
  }
}
