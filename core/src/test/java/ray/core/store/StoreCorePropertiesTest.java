package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Random histories of a store against a model that knows who keeps what but nothing of addresses:
 * the effects must be those of the model, and the invariants must hold after every event.
 */
class StoreCorePropertiesTest {
  private static final int KEYS_IN_PLAY = 12;
  private static final int PROCESSES = 4;

  enum Kind {
    CREATE,
    CREATE_FOR_OTHER,
    FETCH,
    SEAL,
    CANCEL,
    PIN,
    RELEASE,
    DISCARD,
    READ,
    END_READ,
    EXPIRE,
    GIVE_UP,
    DIE,
    GRANT,
    CARVE,
    ASK_FOR_IDLE
  }

  record Op(Kind kind, int which, int process, int units) {}

  @Provide
  Arbitrary<List<Op>> histories() {
    // Releases and ends of reading are as likely as creates, so that the store fills and empties.
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(Kind.CREATE)),
            Tuple.of(2, Arbitraries.just(Kind.CREATE_FOR_OTHER)),
            Tuple.of(4, Arbitraries.just(Kind.FETCH)),
            Tuple.of(12, Arbitraries.just(Kind.SEAL)),
            Tuple.of(2, Arbitraries.just(Kind.CANCEL)),
            Tuple.of(3, Arbitraries.just(Kind.PIN)),
            Tuple.of(8, Arbitraries.just(Kind.RELEASE)),
            Tuple.of(1, Arbitraries.just(Kind.DISCARD)),
            Tuple.of(6, Arbitraries.just(Kind.READ)),
            Tuple.of(8, Arbitraries.just(Kind.END_READ)),
            Tuple.of(1, Arbitraries.just(Kind.EXPIRE)),
            Tuple.of(1, Arbitraries.just(Kind.GIVE_UP)),
            Tuple.of(1, Arbitraries.just(Kind.DIE)),
            Tuple.of(4, Arbitraries.just(Kind.GRANT)),
            Tuple.of(8, Arbitraries.just(Kind.CARVE)),
            Tuple.of(1, Arbitraries.just(Kind.ASK_FOR_IDLE)));
    Arbitrary<Op> ops =
        Combinators.combine(
                kinds,
                Arbitraries.integers().between(0, KEYS_IN_PLAY - 1),
                Arbitraries.integers().between(1, PROCESSES),
                Arbitraries.integers().between(0, 12))
            .as(Op::new);
    return ops.list().ofMinSize(1).ofMaxSize(300);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void everyHistoryGivesTheModelsEffects(
      @ForAll("histories") List<Op> history,
      @ForAll @IntRange(min = 8, max = 80) int capacityUnits,
      @ForAll @IntRange(min = 4, max = 40) int bankUnits) {
    var model = new Model(new StoreLimits(64L * capacityUnits, 64L * bankUnits, 5));
    for (Op op : history) {
      model.apply(op);
    }
    model.everybodyDies();
  }

  @Property(tries = 300)
  void treeOfHolesFindsTheBestFit(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 1, max = 50) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 60) int wanted) {
    var tree = new FreeTree();
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      blocks.add(new Block(i % 3, 100L * i, sizes.get(i)));
    }
    blocks.forEach(tree::add);
    for (int i = 0; i < blocks.size(); i += 2) {
      tree.remove(blocks.get(i));
    }

    Block expected = null;
    for (int i = 1; i < blocks.size(); i += 2) {
      Block block = blocks.get(i);
      boolean fits = block.sizeBytes >= wanted;
      if (fits && (expected == null || isBetter(block, expected))) {
        expected = block;
      }
    }
    assertThat(tree.bestFit(wanted)).isSameAs(expected);
    List<Block> left = new ArrayList<>();
    tree.forEach(left::add);
    assertThat(left).hasSize(blocks.size() / 2);
  }

  private static boolean isBetter(Block one, Block other) {
    if (one.sizeBytes != other.sizeBytes) {
      return one.sizeBytes < other.sizeBytes;
    }
    return one.bank != other.bank ? one.bank < other.bank : one.offset < other.offset;
  }

  /** An object as the model sees it. */
  private static final class Thing {
    final long writer;

    /** For whom another made it; 0 if it is of its writer, or a copy. */
    long madeFor;

    boolean secondary;
    boolean writing = true;
    boolean dead;

    /** How much of it is left, and when it was used, if it is a chunk; else 0. */
    long chunkBytes;

    long usedNs;
    final TreeSet<Long> pins = new TreeSet<>();
    final TreeMap<Long, Integer> readers = new TreeMap<>();

    Thing(long writer, boolean secondary) {
      this.writer = writer;
      this.secondary = secondary;
    }

    boolean isKept() {
      boolean relied = !dead && (secondary || !pins.isEmpty());
      return relied || writing || !readers.isEmpty();
    }

    boolean isEvictable() {
      return secondary && !dead && !writing && readers.isEmpty();
    }
  }

  private record Wish(Thing thing, long owner, long bytes) {}

  private static final class Model {
    final RecordedEffects effects = new RecordedEffects();
    final StoreCore core;
    final Map<Long, Thing> things = new LinkedHashMap<>();
    final Map<Long, Wish> wishes = new LinkedHashMap<>();
    final List<Long> keys = new ArrayList<>();
    final List<Long> useOrder = new ArrayList<>();
    long nowNs = Long.MAX_VALUE - 1_000; // runs over the edge: times are compared by difference

    /** Who is in each place now; one that is gone is followed by another. */
    final long[] places = new long[PROCESSES + 1];

    /** Who is given up, and not dead yet. */
    final TreeSet<Long> givenUp = new TreeSet<>();

    int createdSeen;
    int freedSeen;
    long nextKey = 1;

    Model(StoreLimits limits) {
      core = new StoreCore(limits, effects);
      for (int place = 1; place <= PROCESSES; place++) {
        places[place] = place;
      }
    }

    void apply(Op op) {
      nowNs += 10;
      long process = places[op.process()];
      switch (op.kind()) {
        case CREATE -> create(process, process, false, op.units());
        case CREATE_FOR_OTHER ->
            create(places[op.process() % PROCESSES + 1], process, false, op.units());
        case FETCH -> create(process, process, true, op.units());
        case EXPIRE -> core.expire(nowNs);
        case GRANT -> grant(process, op.units());
        case CARVE -> carve(op.which(), process, op.units());
        case ASK_FOR_IDLE -> askForIdle();
        case GIVE_UP -> giveUp(op.process());
        case DIE -> die(op.process());
        case SEAL, CANCEL, PIN, RELEASE, DISCARD, READ, END_READ -> {
          if (!keys.isEmpty()) {
            int back = Math.min(op.which(), keys.size() - 1);
            applyToKey(op.kind(), keys.get(keys.size() - 1 - back), process);
          }
        }
      }
      reconcile();
    }

    private void create(long owner, long writer, boolean secondary, int units) {
      long key = nextKey++;
      keys.add(key);
      // One byte off a multiple: rounding up is part of what is tested.
      long bytes = Math.max(0, 64L * units - 1);
      Thing thing = new Thing(writer, secondary);
      thing.madeFor = secondary || owner == writer ? 0 : owner;
      wishes.put(key, new Wish(thing, owner, bytes));
      core.create(
          key, bytes, owner, writer, secondary ? CopyKind.SECONDARY : CopyKind.PRIMARY, nowNs, 100);
    }

    private void grant(long process, int units) {
      long key = nextKey++;
      keys.add(key);
      long bytes = 64L * (1 + units % 6);
      StoreStats before = core.stats();
      StoreObject chunk = core.grantChunk(key, bytes, process, nowNs);
      if (chunk == null) {
        return;
      }
      assertThat(wishes).as("nobody is overtaken by a chunk").isEmpty();
      assertThat(bytes)
          .as("leaves some to others")
          .isLessThanOrEqualTo((before.capacityBytes() / 8 - before.chunkBytes()) / 2);
      assertThat(core.stats().evictedObjects()).isEqualTo(before.evictedObjects());
      Thing thing = new Thing(process, false);
      thing.pins.add(process);
      thing.chunkBytes = bytes;
      thing.usedNs = nowNs;
      things.put(key, thing);
      effects.has(chunk);
    }

    private void carve(int which, long owner, int units) {
      List<Long> chunks = keys.stream().filter(key -> leftOf(key) > 0).toList();
      if (chunks.isEmpty()) {
        assertThat(core.carve(nextKey, nextKey + 1, 1, owner, nowNs)).isFalse();
        return;
      }
      long chunk = chunks.get(which % chunks.size());
      Thing from = Objects.requireNonNull(things.get(chunk));
      long key = nextKey++;
      keys.add(key);
      long bytes = Math.max(0, 64L * (units / 3) - 1);
      long taken = StoreCore.bytesInStore(bytes);
      StoreObject before = effects.object(chunk);
      boolean carved = core.carve(chunk, key, bytes, owner, nowNs);
      assertThat(carved)
          .as("carve %s off %s", taken, from.chunkBytes)
          .isEqualTo(taken <= from.chunkBytes && !givenUp.contains(from.writer));
      assertThat(core.carve(chunk, key, bytes, owner, nowNs)).as("again").isFalse();
      if (carved) {
        StoreObject object = effects.object(key);
        assertThat(object.offset()).isEqualTo(before.offset());
        assertThat(object.bank()).isEqualTo(before.bank());
        from.chunkBytes -= taken;
        from.usedNs = nowNs;
        if (from.chunkBytes > 0) {
          effects.has(
              new StoreObject(chunk, before.bank(), before.offset() + taken, from.chunkBytes, 0));
        } else {
          things.remove(chunk);
        }
        Thing made = new Thing(from.writer, false);
        made.madeFor = owner == from.writer ? 0 : owner;
        made.writing = false;
        made.pins.add(owner);
        things.put(key, made);
      }
    }

    private long leftOf(long key) {
      Thing thing = things.get(key);
      return thing == null ? 0 : thing.chunkBytes;
    }

    private void askForIdle() {
      Map<Long, Long> before = Map.copyOf(effects.askedBack);
      core.askForIdleChunks(nowNs, 100);
      effects.askedBack.forEach((key, process) -> {
        if (!before.containsKey(key)) {
          assertThat(nowNs - Objects.requireNonNull(things.get(key)).usedNs)
              .as("chunk %s", key)
              .isGreaterThan(100);
        }
      });
      things.forEach((key, thing) -> {
        if (thing.chunkBytes > 0 && thing.usedNs - (nowNs - 100) < 0) {
          assertThat(effects.askedBack).containsEntry(key, thing.writer);
        }
      });
    }

    private void applyToKey(Kind kind, long key, long process) {
      Thing thing = things.get(key);
      Wish wish = wishes.get(key);
      boolean expected;
      boolean actual;
      switch (kind) {
        case SEAL -> {
          expected = false;
          if (thing != null && thing.writing && thing.chunkBytes == 0) {
            if (givenUp.contains(thing.writer)) {
              abort(thing);
            }
            expected = !thing.dead && (thing.secondary || !thing.pins.isEmpty());
            thing.writing = false;
            touch(key, thing);
          }
          actual = core.seal(key);
        }
        case CANCEL -> {
          expected = wish != null || (thing != null && thing.writing);
          if (thing != null && thing.writing) {
            abort(thing);
          }
          actual = core.cancelCreate(key);
        }
        case PIN -> {
          expected = isFound(thing) && thing != null && thing.chunkBytes == 0;
          if (thing != null && expected) {
            thing.secondary = false;
            thing.pins.add(process);
          }
          actual = core.pin(key, process);
        }
        case RELEASE -> {
          boolean wished = wish != null && wish.owner() == process && !wish.thing().secondary;
          expected = wished || (thing != null && thing.pins.remove(process));
          if (thing != null && thing.pins.isEmpty() && !thing.secondary) {
            thing.dead = true;
          }
          actual = core.release(key, process);
        }
        case DISCARD -> {
          expected = thing != null && thing.secondary;
          if (thing != null && expected) {
            thing.dead = true;
          }
          actual = core.discard(key);
        }
        case READ -> {
          expected = isFound(thing) && thing != null && !thing.writing;
          if (thing != null && expected) {
            thing.readers.merge(process, 1, Integer::sum);
          }
          actual = core.addReader(key, process) != null;
        }
        case END_READ -> {
          expected = thing != null && thing.readers.containsKey(process);
          if (thing != null && expected) {
            thing.readers.compute(process, (p, n) -> n == null || n == 1 ? null : n - 1);
            touch(key, thing);
          }
          actual = core.removeReader(key, process);
        }
        default -> throw new AssertionError(kind);
      }
      assertThat(actual).as("%s of %s by %s", kind, key, process).isEqualTo(expected);
    }

    private static boolean isFound(@Nullable Thing thing) {
      return thing != null && !thing.dead && (thing.secondary || !thing.pins.isEmpty());
    }

    private void touch(long key, Thing thing) {
      useOrder.remove(key);
      if (thing.isEvictable()) {
        useOrder.add(key);
      }
    }

    private static void abort(Thing thing) {
      thing.writing = false;
      thing.dead = true;
      thing.pins.clear();
    }

    private void die(int place) {
      long process = places[place];
      giveUp(place);
      List.copyOf(givenUp)
          .forEach(each -> {
            if (each % PROCESSES == process % PROCESSES) {
              bury(each);
            }
          });
    }

    /** It is followed by another; what it has made for others they are told. */
    private void giveUp(int place) {
      long process = places[place];
      places[place] += PROCESSES;
      givenUp.add(process);
      Map<Long, TreeSet<Long>> expected = new TreeMap<>();
      things.forEach((key, thing) -> {
        boolean isKept = !thing.writing && !thing.dead && thing.pins.contains(thing.madeFor);
        if (thing.writer == process && isKept && !givenUp.contains(thing.madeFor)) {
          expected.computeIfAbsent(thing.madeFor, missing -> new TreeSet<>()).add(key);
        }
      });
      effects.left.clear();
      core.giveUp(process);
      core.giveUp(process); // changes nothing
      Map<Long, TreeSet<Long>> told = new TreeMap<>();
      for (RecordedEffects.Left left : effects.left) {
        assertThat(left.writer()).isEqualTo(process);
        told.computeIfAbsent(left.owner(), missing -> new TreeSet<>()).addAll(left.keys());
      }
      assertThat(told).isEqualTo(expected);
    }

    private void bury(long process) {
      givenUp.remove(process);
      things.forEach((key, thing) -> {
        boolean read = thing.readers.remove(process) != null;
        if (thing.writing && thing.writer == process) {
          abort(thing);
        }
        thing.pins.remove(process);
        if (thing.pins.isEmpty() && !thing.secondary) {
          thing.dead = true;
        }
        if (read) {
          useOrder.remove(key); // the order among those that died together is not specified
        }
      });
      core.processDied(process);
    }

    /** Compares what happened with what had to. */
    private void reconcile() {
      core.assertInvariants();
      wishes.keySet().removeAll(effects.failures.keySet());
      List<Long> created = effects.created.subList(createdSeen, effects.created.size());
      createdSeen = effects.created.size();
      for (long key : created) {
        Wish wish = wishes.get(key);
        assertThat(wish).as("created %s without a create", key).isNotNull();
        assertThat(wishes.keySet().iterator().next()).as("first in, first out").isEqualTo(key);
        wishes.remove(key);
        if (!wish.thing().secondary) {
          wish.thing().pins.add(wish.owner());
        }
        things.put(key, wish.thing());
      }
      List<RecordedEffects.Freed> freed = effects.freed.subList(freedSeen, effects.freed.size());
      freedSeen = effects.freed.size();
      for (RecordedEffects.Freed one : freed) {
        Thing thing = things.remove(one.key());
        assertThat(thing).as("freed %s without it being there", one.key()).isNotNull();
        if (one.cause() == FreeCause.EVICTED) {
          assertThat(thing.isEvictable()).as("%s was evicted", one.key()).isTrue();
          assertOldest(one.key());
        } else {
          assertThat(thing.isKept()).as("%s was freed", one.key()).isFalse();
        }
        useOrder.remove(one.key());
      }
      things.forEach((key, thing) -> assertThat(thing.isKept()).as("%s kept", key).isTrue());
      assertThat(effects.live.keySet()).isEqualTo(things.keySet());
      long chunks = things.values().stream().filter(each -> each.chunkBytes > 0).count();
      long chunkBytes = things.values().stream().mapToLong(each -> each.chunkBytes).sum();
      assertThat(core.objectCount()).isEqualTo(things.size() - chunks);
      assertThat(core.chunkBytes()).isEqualTo(chunkBytes);
      if (!wishes.isEmpty()) {
        things.forEach((key, thing) -> {
          if (thing.chunkBytes > 0) {
            assertThat(effects.askedBack).as("while one waits").containsEntry(key, thing.writer);
          }
        });
      }
      assertThat(core.waitingCreates()).isEqualTo(wishes.size());
      long used = 0;
      for (StoreObject object : effects.live.values()) {
        used += Math.max(64, (object.sizeBytes() + 63) / 64 * 64);
      }
      assertThat(core.usedBytes()).isEqualTo(used - chunkBytes);
    }

    private void assertOldest(long key) {
      int at = useOrder.indexOf(key);
      if (at >= 0) {
        for (long older : useOrder.subList(0, at)) {
          Thing thing = things.get(older);
          assertThat(thing != null && thing.isEvictable())
              .as("%s was evicted before %s, which was used longer ago", key, older)
              .isFalse();
        }
      }
    }

    void everybodyDies() {
      for (int place = 1; place <= PROCESSES; place++) {
        die(place);
        reconcile();
      }
      for (long key : List.copyOf(things.keySet())) {
        applyToKey(Kind.DISCARD, key, 0);
        reconcile();
      }
      assertThat(core.usedBytes()).isZero();
      assertThat(core.stats().largestFreeBytes()).isEqualTo(core.maxObjectBytes());
    }
  }
}
