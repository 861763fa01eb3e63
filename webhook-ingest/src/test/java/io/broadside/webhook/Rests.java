package io.broadside.webhook;

/** Remembers what it was told. */
final class Rests implements Precedence.Work {

    private boolean isResting;
    private int count;

    @Override
    public void rest() {
        isResting = true;
        count++;
    }

    @Override
    public void goOn() {
        isResting = false;
    }

    boolean isResting() {
        return isResting;
    }

    int count() {
        return count;
    }
}
