package ray.simulator;

/**
 * What programs of a run do. Runs that leave something out reach other states than those that do
 * everything.
 */
record Features(
    boolean actors,
    boolean restarts,
    boolean generators,
    boolean aliases,
    boolean rings,
    boolean large,
    boolean retries,
    boolean loose) {
  static final Features ALL = new Features(true, true, true, true, true, true, true, true);

  /** Leaves each out of one run in a few. */
  Features some(Dice dice) {
    return new Features(
        actors & !dice.oneIn(4),
        restarts & !dice.oneIn(3),
        generators & !dice.oneIn(4),
        aliases & !dice.oneIn(6),
        rings & dice.coin(),
        large & !dice.oneIn(3),
        retries & !dice.oneIn(4),
        loose & dice.coin());
  }
}
