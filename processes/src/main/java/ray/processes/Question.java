package ray.processes;

/** What processes ask each other; the payloads are in {@code session.proto}. */
final class Question {
  private Question() {}

  /** A driver joins: {@code Join}, answered by {@code Joined}. */
  static final int JOIN_AS_DRIVER = 1;

  /** A worker is ready: {@code Join}, answered by {@code Joined}. */
  static final int JOIN_AS_WORKER = 2;

  /** {@code Unreachable}; the answer is empty. */
  static final int UNREACHABLE = 3;

  /** A driver is about to end, and its job with it; the answer is empty. */
  static final int LEAVE = 4;

  /** {@code FindActor}, answered by an envelope with its registration; empty if there is none. */
  static final int FIND_ACTOR = 5;

  /** Which nodes there are: answered by an envelope with a change of nodes. */
  static final int NODES = 6;

  /**
   * Asked of a driver, and of the node when that has ended: {@code FindResource}, answered by
   * {@code FoundResources}.
   */
  static final int FIND_RESOURCE = 7;

  /** Which actors there are: answered by {@code Actors}. */
  static final int ACTORS = 8;

  /** How busy the node is: answered by {@code Load}. */
  static final int LOAD = 9;

  /** Said to all: a value waits for room in the store; empty, and without an answer. */
  static final int MAKE_ROOM = 10;

  /** Asked likewise: how a job is set up, {@code OfJob}, answered by {@code Settings}. */
  static final int SETTINGS = 11;

  /** An envelope with a request for leases: what they wait for, as text; empty if for nothing. */
  static final int WAITING_FOR = 12;

  /** Said to a driver: {@code Output}; without an answer. */
  static final int OUTPUT = 13;

  /** Which programs and workers there are: answered by {@code MemberReport}. */
  static final int MEMBERS = 14;

  /** {@code Asked}: the node asks all of them, and answers with {@code MemberAnswers}. */
  static final int ASK_MEMBERS = 15;

  /** Asked of a member: its tasks, by {@code Limit}, answered by {@code TaskReport}. */
  static final int TASKS = 16;

  /** Asked of a member: what it holds, by {@code Limit}, answered by {@code ObjectReport}. */
  static final int OBJECTS = 17;

  /** Asked of a member: what runs in it, answered by {@code WorkReport}. */
  static final int WORK = 18;

  /** Asked of a worker: what would go with it, answered by {@code RunReport}. */
  static final int RUNS = 40;

  /** How much memory is in use: answered by {@code MemoryUse}. */
  static final int MEMORY = 41;

  /** Said to who has a chunk: {@code StoreRequest}; it is wanted back. Without an answer. */
  static final int RETURN_CHUNK = 19;

  /** What is in the store, by {@code Limit}: answered by {@code StoreContent}. */
  static final int STORE_CONTENT = 30;

  /** What the node says of itself: answered by {@code NodeReport}. */
  static final int ABOUT = 31;

  /** {@code EndWorkers}, answered by {@code Ended}. */
  static final int END_WORKERS = 32;

  /** A job: its workers that tasks share, one at least; answered by {@code WorkerIds}. */
  static final int WORKERS = 33;

  /** Room for an object: {@code StoreRequest}, answered by {@code StoreObject}. */
  static final int STORE_CREATE = 20;

  /** {@code StoreRequest}; the answer is {@code StoreObject}, there or not. */
  static final int STORE_SEAL = 21;

  /** {@code StoreRequest}; the answer is empty. */
  static final int STORE_CANCEL = 22;

  /** {@code StoreRequest}, answered by {@code StoreObject}. */
  static final int STORE_READ = 23;

  /** {@code StoreRequest}; the answer is empty. */
  static final int STORE_READ_ENDED = 24;

  /** {@code StoreRequest}; the answer is {@code StoreObject}, there or not. */
  static final int STORE_PIN = 25;

  /** {@code StoreRequest}; the answer is empty. */
  static final int STORE_RELEASE = 26;

  /** Memory for objects to come: {@code StoreRequest}, answered by {@code StoreObject}. */
  static final int STORE_CHUNK = 27;

  /** {@code StoreRequest}: an object of a chunk's front; the answer is {@code StoreObject}. */
  static final int STORE_CARVE = 28;

  /** Asked like {@link #FIND_RESOURCE}, for all that have a name. */
  static final int FIND_RESOURCES = 50;

  /** Asked of a driver: what is on its class path, answered by {@code CodeOffer}. */
  static final int CODE_OFFER = 51;

  /** Asked of a driver: {@code CodePart}; the answer is the bytes. */
  static final int CODE_PART = 52;

  /** Asked of a driver: {@code RestOfCode}; the answer is an archive. */
  static final int CODE_REST = 53;

  /** Said to a worker: {@code CodeManifest}; without an answer. */
  static final int CODE_IS_HERE = 54;

  /** What the node keeps of its jobs' code: answered by {@code CodeReport}. */
  static final int CODE = 55;

  /** As {@link #CODE_OFFER}; from then on the driver gives code as it lies on its disk by then. */
  static final int CODE_OFFER_ANEW = 56;

  /** The same as {@link #STORE_CREATE} of a guest, who sends the bytes by {@link #STORE_SEND}. */
  static final int STORE_CREATE_FROM_AFAR = 60;

  /** {@code StoreRequest}, for bulk: the bytes of an object that a guest creates. */
  static final int STORE_SEND = 61;

  /** {@code StoreRequest}, for bulk: the bytes of an object, for a guest. */
  static final int STORE_FETCH = 62;
}
