/*
 * Model of memory/wait.hpp: park(), wake() and rescue() of one waiter and two wakers, for Spin.
 *
 *     spin -run wait.pml                          membarrier: light fences do nothing, the heavy one drains all buffers
 *     spin -DFULL_FENCES -run wait.pml            without membarrier: each fence drains its own thread's buffer
 *     spin -DNO_HEAVY_FENCE -run wait.pml         mutations: each of these must report an error
 *     spin -DFULL_FENCES -DNO_LIGHT_FENCE -run wait.pml
 *     spin -DNO_RESCUE -run wait.pml
 *     spin -DWAKER_SETS_AWAKE -run wait.pml
 *     spin -DNO_COMPARE_IN_KERNEL -run wait.pml
 *
 * Processors may delay stores (total store order): each thread has a buffer of one store per variable, written back at
 * any later time. The waiter's last store of the state and each waker's publication are buffered; atomic
 * read-modify-writes drain the buffer first, as a locked instruction does. A waker may die between any two steps; the
 * watcher then calls rescue(). Spin reports a waiter that sleeps for ever as an invalid end state, since each waker
 * publishes and each publication (or the death) must be noticed.
 *
 * Checked with Spin 6.5.2: 0 errors in both variants, at least 1 error in each mutation.
 */

#define AWAKE    0
#define SLEEPING 1
#define NOTIFIED 2

#define WAKERS 2
#define ITEMS  2   /* of each waker */

byte state = AWAKE;          /* what all processors see */
byte buffered_state;         /* the waiter's delayed store */
bool state_delayed = false;

byte published[WAKERS];
byte buffered_item[WAKERS];
bool item_delayed[WAKERS];

bool asleep = false;         /* the waiter is in the kernel's queue of the futex */
byte deaths = 0;             /* what the watcher has told the waiter; read by ready() */
bool died[WAKERS];

inline drain_state()  { if :: state_delayed -> state = buffered_state; state_delayed = false :: else fi }
inline drain_item(k)  { if :: item_delayed[k] -> published[k] = buffered_item[k]; item_delayed[k] = false :: else fi }

/* The processors' store buffers empty themselves whenever they like. */
active proctype buffers() {
end:
  do
  :: atomic { state_delayed -> state = buffered_state; state_delayed = false }
  :: atomic { item_delayed[0] -> published[0] = buffered_item[0]; item_delayed[0] = false }
  :: atomic { item_delayed[1] -> published[1] = buffered_item[1]; item_delayed[1] = false }
  od
}

byte seen[WAKERS];
byte deaths_seen = 0;

#define READY (published[0] != seen[0] || published[1] != seen[1] || deaths != deaths_seen)
#define OVER  ((seen[0] == ITEMS || died[0]) && (seen[1] == ITEMS || died[1]) && \
               deaths_seen == died[0] + died[1] && !item_delayed[0] && !item_delayed[1])

inline consume() { d_step { seen[0] = published[0]; seen[1] = published[1]; deaths_seen = deaths } }

/* A relaxed store: it may be delayed. A second store of the same variable follows the first one. */
inline store_state(value) { d_step { drain_state(); buffered_state = value; state_delayed = true } }

inline heavy_fence() {
#ifndef NO_HEAVY_FENCE
#ifdef FULL_FENCES
  d_step { drain_state() }
#else
  /* membarrier: every thread of every process runs a full barrier before this returns */
  d_step { drain_state() };
  d_step { drain_item(0) };
  d_step { drain_item(1) }
#endif
#else
  skip
#endif
}

active proctype waiter() {
  do
  :: READY -> consume()
  :: else ->
    if
    :: OVER && seen[0] == published[0] && seen[1] == published[1] -> break
    :: else
    fi;
    store_state(SLEEPING);
    heavy_fence();
    if
    :: READY -> skip
    :: else ->
      /* futex_wait: a system call drains; the kernel compares and queues under the futex's lock */
#ifdef NO_COMPARE_IN_KERNEL
      d_step { drain_state() };
      asleep = true;
#else
      atomic { drain_state(); if :: state == SLEEPING -> asleep = true :: else fi };
#endif
      !asleep
    fi;
    store_state(AWAKE)
  od
}

inline futex_wake() { asleep = false }

proctype waker(byte k) {
  byte item = 0;
  bool alive = true;
  bool won;
  do
  :: alive && item < ITEMS ->
    item++;
    d_step { drain_item(k); buffered_item[k] = item; item_delayed[k] = true };   /* K1 */
    if :: skip :: alive = false; break fi;
#if defined(FULL_FENCES) && !defined(NO_LIGHT_FENCE)
    d_step { drain_item(k) };                                                    /* K2 */
#endif
    if
    :: state == SLEEPING ->                                                      /* K3 */
      if :: skip :: alive = false; break fi;
      d_step {
        drain_item(k);
        won = (state == SLEEPING);
        if :: won -> state = NOTIFIED :: else fi
      };
      if :: skip :: alive = false; break fi;
      if
      :: won -> futex_wake();
#ifdef WAKER_SETS_AWAKE
        state = AWAKE
#endif
      :: else
      fi
    :: else
    fi;
    if :: skip :: alive = false; break fi
  :: else -> break
  od;
  if
  :: alive
  :: else -> d_step { drain_item(k); died[k] = true }   /* leaving the processor empties its buffer */
  fi
}

inline rescue() {
#ifndef NO_RESCUE
  /* interrupt(): its full fence drained the store of `deaths`; then futex_wake whatever the state says */
  if
  :: state == SLEEPING -> d_step { if :: state == SLEEPING -> state = NOTIFIED :: else fi }
  :: else
  fi;
  futex_wake()
#else
  skip
#endif
}

/* Notices deaths, publishes them and wakes everybody that the dead may have been about to wake. */
active proctype watcher() {
  bool told[WAKERS];
end:
  do
  :: died[0] && !told[0] -> told[0] = true; deaths++; rescue()
  :: died[1] && !told[1] -> told[1] = true; deaths++; rescue()
  od
}

init { atomic { run waker(0); run waker(1) } }
