package ray.core.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps what a {@link StoreCore} asked for, and checks with every object that its bytes belong to
 * no other at that moment.
 */
final class RecordedEffects implements StoreEffects {
  record Freed(long key, FreeCause cause) {}

  final Map<Long, StoreObject> live = new LinkedHashMap<>();
  final Map<Long, CreateFailure> failures = new LinkedHashMap<>();
  final List<Long> created = new ArrayList<>();
  final List<Freed> freed = new ArrayList<>();

  StoreObject object(long key) {
    return Objects.requireNonNull(live.get(key), () -> "object " + key + " is not there");
  }

  CreateFailure failure(long key) {
    return Objects.requireNonNull(failures.get(key), () -> "create " + key + " has not failed");
  }

  /** Chunks that should be given back, and by whom. */
  final Map<Long, Long> askedBack = new LinkedHashMap<>();

  @Override
  public void created(StoreObject object) {
    checkApart(object);
    live.put(object.key(), object);
    created.add(object.key());
  }

  /** A process was given a chunk, or what is left of it after its front was made an object. */
  void has(StoreObject chunk) {
    checkApart(chunk);
    live.put(chunk.key(), chunk);
  }

  @Override
  public void carved(StoreObject object) {
    live.values()
        .removeIf(
            each -> // the chunk; what is left of it is said after this
            each.bank() == object.bank() && each.offset() == object.offset());
    checkApart(object);
    live.put(object.key(), object);
  }

  @Override
  public void returnChunk(long chunk, long process) {
    if (askedBack.put(chunk, process) != null) {
      throw new AssertionError("chunk " + chunk + " was asked back twice");
    }
  }

  /** What one that is gone made for another, whom the store has told of it. */
  record Left(long writer, long owner, List<Long> keys) {}

  final List<Left> left = new ArrayList<>();

  @Override
  public void resultsLeft(long writer, long owner, List<Long> keys) {
    left.add(new Left(writer, owner, keys));
  }

  private void checkApart(StoreObject object) {
    for (StoreObject other : live.values()) {
      boolean apart =
          other.bank() != object.bank()
              || other.offset() + other.sizeBytes() <= object.offset()
              || object.offset() + object.sizeBytes() <= other.offset();
      if (!apart) {
        throw new AssertionError(object + " overlaps " + other);
      }
    }
  }

  @Override
  public void createFailed(long key, CreateFailure failure) {
    if (failures.put(key, failure) != null) {
      throw new AssertionError("create " + key + " failed twice");
    }
  }

  @Override
  public void freed(StoreObject object, FreeCause cause) {
    if (live.remove(object.key()) == null) {
      throw new AssertionError(object + " was freed without being there");
    }
    freed.add(new Freed(object.key(), cause));
  }
}
