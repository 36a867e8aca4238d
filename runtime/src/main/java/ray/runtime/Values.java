package ray.runtime;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.ActorDiedException;
import ray.ActorRef;
import ray.AliasCycleException;
import ray.ErrorCode;
import ray.GetTimeoutException;
import ray.NotSerializableException;
import ray.ObjectId;
import ray.ObjectLostException;
import ray.OutOfMemoryException;
import ray.OutOfResourcesException;
import ray.OutOfStoreMemoryException;
import ray.OwnerDiedException;
import ray.PendingCallsExceededException;
import ray.RayException;
import ray.RayStateException;
import ray.TaskCancelledException;
import ray.TaskFailedException;
import ray.TaskTimeoutException;
import ray.WorkerDiedException;
import ray.WrongReturnCountException;
import ray.core.Outcome;
import ray.runtime.serialization.HandleTable;
import ray.runtime.serialization.Serialized;
import ray.runtime.serialization.UnserializableValueException;
import ray.runtime.serialization.ValueSerializers;
import ray.store.CreateFailedException;
import ray.store.ObjectNotFoundException;
import ray.store.ReadableObject;
import ray.store.RemoteStoreException;
import ray.store.Store;
import ray.store.WritableObject;

/**
 * Turns the program's values into outcomes and back: immutable ones are handed over as they are,
 * small ones as bytes in the heap, large ones as bytes in the object store. Thread-safe.
 */
final class Values {
  /** Up to this size a value stays in its owner's heap and travels inside messages. */
  static final long MAX_INLINE_BYTES = 64 * 1024;

  /** From here on memory that was never used costs more than to wait for what was given up. */
  private static final long SETTLE_BYTES = 8L << 20;

  private static final Outcome.Inline NULL = new Outcome.Inline(null, 0, List.of());

  private final OwnerShell owner;
  private final ValueSerializers serializers;
  private final Supplier<? extends Store> store;
  private final long node;
  private final LongSupplier keys;

  Values(
      OwnerShell owner,
      ValueSerializers serializers,
      Supplier<? extends Store> store,
      long node,
      LongSupplier keys) {
    this.owner = owner;
    this.serializers = serializers;
    this.store = store;
    this.node = node;
    this.keys = keys;
  }

  ValueSerializers serializers() {
    return serializers;
  }

  // ---- writing

  /**
   * The outcome that a value is; a large one is stored for {@code holder}. Blocks while the store
   * is full.
   */
  Outcome pack(@Nullable Object value, long holder) {
    return make(value, holder, false).outcome();
  }

  /**
   * An outcome.
   *
   * @param known null, or whether the store has taken the value, without which no other process may
   *     learn where it is
   */
  record Made(Outcome outcome, @Nullable CompletableFuture<Boolean> known) {}

  /** The same for a value of this process's own, without waiting for the store to know it. */
  Made make(@Nullable Object value) {
    return make(value, owner.id(), true);
  }

  private Made make(@Nullable Object value, long holder, boolean ahead) {
    if (value == null) {
      return new Made(NULL, null);
    }
    if (serializers.isImmutable(value)) {
      return new Made(new Outcome.Inline(value, 0, List.of()), null);
    }
    HandleTable handles = new HandleTable();
    Serialized bytes = serialize(value, handles);
    List<Object> found = handles.handles();
    List<ObjectId> contained = found.isEmpty() ? List.of() : new ArrayList<>(found.size());
    List<@Nullable ActorKind> kinds = found.isEmpty() ? List.of() : new ArrayList<>(found.size());
    for (Object handle : found) {
      contained.add(owner.idOf(handle));
      kinds.add(handle instanceof ActorRef<?> actor ? LocalActorHandle.of(actor).kind() : null);
    }
    if (bytes.sizeBytes() <= MAX_INLINE_BYTES) {
      Packed packed = new Packed(bytes.detach(), kinds);
      return new Made(new Outcome.Inline(packed, bytes.sizeBytes(), contained), null);
    }
    // The refs in a value must not go before it is known, for which its maker then waits.
    return store(bytes, holder, contained, kinds, ahead && contained.isEmpty());
  }

  /** What was stored for {@code holder} is wanted by nobody after all. */
  void drop(List<Outcome> outcomes, long holder) {
    for (Outcome each : outcomes) {
      if (each instanceof Outcome.Stored stored) {
        store.get().release(stored.key(), holder);
      }
    }
  }

  private Serialized serialize(Object value, HandleTable handles) {
    try {
      return serializers.serialize(value, handles);
    } catch (UnserializableValueException e) {
      throw new NotSerializableException(String.valueOf(e.getMessage()), e);
    }
  }

  private Made store(
      Serialized bytes,
      long holder,
      List<ObjectId> contained,
      List<@Nullable ActorKind> kinds,
      boolean ahead) {
    CompletableFuture<Boolean> known = null;
    long key = keys.getAsLong();
    long size = bytes.sizeInStore();
    if (size >= SETTLE_BYTES) {
      owner.settle();
    }
    try (WritableObject target = store.get().create(key, size, holder)) {
      bytes.writeTo(target.segment(), target::copyFrom);
      if (ahead) {
        known = target.sealSoon();
      } else {
        target.seal();
      }
    } catch (CreateFailedException | RemoteStoreException e) {
      throw new OutOfStoreMemoryException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TaskCancelledException(
          "interrupted while a value of " + size + " bytes waited for room in the object store", e);
    }
    return new Made(new Outcome.Stored(node, key, size, contained, kinds), known);
  }

  // ---- reading

  /** The value of an object; throws where there is none. */
  @Nullable Object read(Outcome outcome, ObjectId id) {
    if (outcome instanceof Outcome.Inline(Object body, long size, List<ObjectId> contained)) {
      return body instanceof Packed packed ? unpack(packed, contained, id, null) : body;
    }
    return switch (outcome) {
      case Outcome.Stored stored -> load(stored, id, null);
      case Outcome.Failed failed -> throw failure(failed);
      case Outcome.Alias alias -> throw new IllegalStateException("unresolved " + alias);
      case Outcome.Inline inline -> throw new IllegalStateException("handled above: " + inline);
    };
  }

  /** The value of an argument, whose refs the run's arguments protect. */
  @Nullable Object readArgument(Outcome outcome, Acquired acquired) {
    return switch (outcome) {
      case Outcome.Inline(Object body, long size, List<ObjectId> contained) ->
          body instanceof Packed packed ? unpack(packed, contained, null, acquired) : body;
      case Outcome.Stored stored -> load(stored, null, acquired);
      case Outcome.Failed failed -> throw failure(failed);
      case Outcome.Alias alias -> throw new IllegalStateException("unresolved " + alias);
    };
  }

  @Nullable Object unpack(
      Packed packed,
      List<ObjectId> contained,
      @Nullable ObjectId umbrella,
      @Nullable Acquired acquired) {
    return serializers.deserialize(
        packed.bytes(), resolver(contained, packed.kinds(), umbrella, acquired));
  }

  private HandleTable resolver(
      List<ObjectId> contained,
      List<@Nullable ActorKind> kinds,
      @Nullable ObjectId umbrella,
      @Nullable Acquired acquired) {
    return contained.isEmpty()
        ? new HandleTable()
        : new HandleTable(owner.open(contained, kinds, umbrella, acquired));
  }

  private @Nullable Object load(
      Outcome.Stored stored, @Nullable ObjectId umbrella, @Nullable Acquired acquired) {
    try {
      return loadKept(stored, umbrella, acquired);
    } catch (ObjectNotFoundException gone) {
      throw new ObjectLostException(
          (umbrella == null ? "an argument" : "object " + umbrella)
              + " is gone from the object store: the process that kept it there has died; submit its"
              + " task again from a process that lives");
    }
  }

  @SuppressWarnings("unchecked")
  private @Nullable Object loadKept(
      Outcome.Stored stored, @Nullable ObjectId umbrella, @Nullable Acquired acquired) {
    List<@Nullable ActorKind> kinds =
        stored.kinds() == null ? List.of() : (List<@Nullable ActorKind>) stored.kinds();
    try (ReadableObject object = store.get().read(stored.key())) {
      Serialized bytes = Serialized.readFrom(object.segment());
      if (!bytes.mayHaveViews()) {
        return serializers.deserialize(
            bytes, resolver(stored.contained(), kinds, umbrella, acquired));
      }
    }
    return serializers.deserialize(
        Serialized.readFrom(store.get().view(stored.key())),
        resolver(stored.contained(), kinds, umbrella, acquired));
  }

  // ---- failures

  /** The outcome of a run that threw. */
  Outcome.Failed failed(String task, Throwable thrown, boolean retryable) {
    if (thrown instanceof RayException known && known.getCause() == null && !retryable) {
      return new Outcome.Failed(
          known.code(), String.valueOf(known.getMessage()), remote(task, thrown), false);
    }
    return new Outcome.Failed(
        ErrorCode.TASK_FAILED,
        "task " + task + " failed: " + thrown,
        remote(task, thrown),
        retryable);
  }

  private RemoteError remote(String task, Throwable thrown) {
    UserFrames.keepIn(thrown);
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    boolean unchecked = thrown instanceof RuntimeException || thrown instanceof Error;
    Packed packed = null;
    try {
      HandleTable handles = new HandleTable();
      Serialized bytes = serializers.serialize(thrown, handles).detach();
      if (handles.handles().isEmpty()) {
        packed = new Packed(bytes, List.of());
      }
    } catch (RuntimeException | StackOverflowError unserializable) {
      packed = null;
    }
    return new RemoteError(task, unchecked, text.toString(), packed);
  }

  /** The exception to throw on the calling thread, with the remote stack first and then its own. */
  RuntimeException failure(Outcome.Failed failed) {
    if (failed.error() instanceof RemoteError error) {
      error.see();
      Throwable thrown = restore(error);
      if (thrown == null) {
        return new TaskFailedException(
            failed.message() + " (what it threw could not be brought here)\n" + error.text);
      }
      joinStacks(thrown, error.task);
      if (thrown instanceof RuntimeException unchecked) {
        return unchecked;
      }
      if (thrown instanceof Error fatal) {
        throw fatal;
      }
      return new TaskFailedException(failed.message(), thrown);
    }
    return exception(failed.code(), failed.message());
  }

  private @Nullable Throwable restore(RemoteError error) {
    if (error.packed == null) {
      return null;
    }
    try {
      return (Throwable) serializers.deserialize(error.packed.bytes(), new HandleTable());
    } catch (RuntimeException unreadable) {
      return null;
    }
  }

  private static void joinStacks(Throwable thrown, String task) {
    List<StackTraceElement> joined = new ArrayList<>(Arrays.asList(thrown.getStackTrace()));
    joined.add(
        new StackTraceElement(
            "ray", "---- task " + task + " ends, its caller follows ----", null, -1));
    joined.addAll(UserFrames.of(List.of(new Throwable().getStackTrace())));
    thrown.setStackTrace(joined.toArray(new StackTraceElement[0]));
  }

  static RuntimeException exception(ErrorCode code, String message) {
    return switch (code) {
      case TASK_FAILED -> new TaskFailedException(message);
      case TASK_CANCELLED -> new TaskCancelledException(message);
      case TASK_TIMED_OUT -> new TaskTimeoutException(message);
      case GET_TIMED_OUT -> new GetTimeoutException(message);
      case ACTOR_DIED -> new ActorDiedException(message);
      case ACTOR_CALLS_PENDING -> new PendingCallsExceededException(message);
      case OWNER_DIED -> new OwnerDiedException(message);
      case WORKER_DIED -> new WorkerDiedException(message);
      case OBJECT_LOST -> new ObjectLostException(message);
      case OUT_OF_STORE_MEMORY -> new OutOfStoreMemoryException(message);
      case OUT_OF_RESOURCES -> new OutOfResourcesException(message);
      case NOT_SERIALIZABLE -> new NotSerializableException(message);
      case ALIAS_CYCLE -> new AliasCycleException(message);
      case WRONG_RETURN_COUNT -> new WrongReturnCountException(message);
      case WRONG_STATE -> new RayStateException(message);
      case OUT_OF_MEMORY -> new OutOfMemoryException(message);
    };
  }
}
