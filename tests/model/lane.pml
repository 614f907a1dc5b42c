/* Model of a shared lane (ring/lane.hpp): one producer, several consumers, a death of one of them in an item or asleep, repair().
 * cc: -DSAFETY -DVECTORSZ=2048
 * pan: -m200000
 * fails: NO_SECOND_LOOK
 * fails: NO_REWIND
 * fails: TELL_LATE_AFTER_REPAIR
 * fails: NO_INTERRUPT
 */
/* Each line above with "fails" names a fault that -D plants and the verifier must find:
 *   NO_SECOND_LOOK          a consumer that sees a word of an older lap and then head above it passes the position without
 *                           reading the word again: it passes items that were published between its two reads
 *   NO_REWIND               consumers do not go back after repair()
 *   TELL_LATE_AFTER_REPAIR  the producer asks for the upper half of the items also after a repair
 *   NO_INTERRUPT            repair does not interrupt the waiting producer
 *
 * The last two need more items than are searched through without a fault.
 *
 * The producer's walk over words is one step, since they change only to its advantage but for repair(), which is followed by
 * an interrupt. All other steps are single reads and writes of shared words, in program order (release and acquire give no less; store buffers
 * matter for parking only, which wait.pml covers). Parking is abstract: a thread says that it sleeps, looks once more, and
 * then sleeps until somebody who saw that it sleeps has woken it.
 * Laps are not cut off: a word holds the position that it was written for. Consumer 0 may die. A consumer ends when all
 * items are finished, so that somebody is there to take what is repaired.
 * Checked: no item is finished twice, and nobody sleeps for ever, as all do when one is lost: that is an invalid end state.
 */

#if defined(TELL_LATE_AFTER_REPAIR) || defined(NO_INTERRUPT)
#define SLOTS 4
#define LIMIT 3
#define ITEMS 4
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef LIMIT
#define LIMIT 2
#endif
#ifndef ITEMS
#define ITEMS 3
#endif
#ifndef CONSUMERS
#define CONSUMERS 2
#endif
#define RELEASE 255   /* tell_release */
#define OLDEST(h) ((h) > SLOTS -> (h) - SLOTS : 0)

#define FREE    0
#define FULL    1
#define RUNNING 2

typedef Slot {
  byte state;
  byte written;   /* the position that the word was written for: its lap */
  byte owner;
  byte item       /* payload */
}
Slot slot[SLOTS];

byte head = 0;
byte repairs = 0;
byte tell_at = 0;

bool finished[ITEMS];
byte all = 0;                   /* how many are */
bool dead = false;              /* consumer 0 has died */

bool producer_sleeps = false, producer_woken = false;
bool sleeps[CONSUMERS], woken[CONSUMERS];

inline wake_producer() { d_step { if :: producer_sleeps -> producer_woken = true :: else fi } }
inline wake_one() {
  d_step {
    if
    :: sleeps[0] && !woken[0] -> woken[0] = true
    :: !(sleeps[0] && !woken[0]) && sleeps[1] && !woken[1] -> woken[1] = true
#if CONSUMERS > 2
    :: !(sleeps[0] && !woken[0]) && !(sleeps[1] && !woken[1]) && sleeps[2] && !woken[2] -> woken[2] = true
#endif
    :: else
    fi
  }
}
inline wake_all() {
  d_step {
    woken[0] = sleeps[0]; woken[1] = sleeps[1];
#if CONSUMERS > 2
    woken[2] = sleeps[2];
#endif
  }
}

/* Producer::has_room(): walks over the words behind, then looks for a free slot from head on */
inline has_room() {
  d_step {
    do
    :: put - taken >= LIMIT && tail < head && slot[tail % SLOTS].written != tail -> tail++
    :: put - taken >= LIMIT && tail < head && slot[tail % SLOTS].written == tail && slot[tail % SLOTS].state != FULL ->
      taken++; tail++
    :: else -> break
    od;
    room = put - taken < LIMIT;
    next = head;
    do
    :: room && slot[next % SLOTS].state != FREE -> next++; room = next < head + SLOTS
    :: else -> break
    od
  }
}

/* Producer::announced_is_past(), which counts what is taken first */
inline announced_is_past() {
  d_step {
    do
    :: tail < head && slot[tail % SLOTS].written != tail -> tail++
    :: tail < head && slot[tail % SLOTS].written == tail && slot[tail % SLOTS].state != FULL -> taken++; tail++
    :: else -> break
    od;
    past = announced == RELEASE || tail >= announced || repairs > 0
  }
}

proctype producer() {
  byte put = 0, taken = 0, tail = 0, next = 0, want = 0, announced = 0;
  bool room, past;
  do
  :: put < ITEMS ->
    has_room();
    if
    :: room -> announced_is_past()
    :: else
    fi;
    if
    :: room && past ->
      d_step { producer_sleeps = false; producer_woken = false; announced = 0; tell_at = 0; want = 0; room = false; past = false };
      d_step {   /* publish() */
        slot[next % SLOTS].item = put; slot[next % SLOTS].written = next; slot[next % SLOTS].state = FULL;
        put++; next++
      };
      d_step { head = next; next = 0 };
      wake_one()
    :: else ->
      d_step {   /* announce_wait(), unless there is room and it waits for more */
        if :: !room -> want = RELEASE :: else fi;
        if :: !room && put - taken >= LIMIT -> want = head - LIMIT / 2 :: else fi;
#ifndef TELL_LATE_AFTER_REPAIR
        if :: !room && put - taken >= LIMIT && repairs > 0 -> want = 1 :: else fi;
#endif
        room = false; past = false; next = 0
      };
      if
      :: want != announced -> announced = want; tell_at = want
      :: want == announced && !producer_sleeps -> producer_sleeps = true
      :: want == announced && producer_sleeps ->
        d_step { producer_woken -> producer_woken = false; producer_sleeps = false }
      fi   /* and looks again */
    fi
  :: else -> break
  od
}

/* Consumer::find_full() */
inline find_full() {
  found = false;
#ifndef NO_REWIND
  d_step { if :: repairs != my_repairs -> my_repairs = repairs; known = head; next = OLDEST(known) :: else fi };
#endif
  do
  :: d_step { word = slot[next % SLOTS].written; is_full = slot[next % SLOTS].state == FULL };
    if
    :: is_full && word == next -> found = true; break
    :: else
    fi;
    if
    :: next >= known ->
      known = head;
      if
      :: next >= known -> break
      :: else ->
        d_step {
          if :: next < OLDEST(known) -> next = OLDEST(known) :: else fi;
#ifndef NO_SECOND_LOOK
          word = slot[next % SLOTS].written; is_full = slot[next % SLOTS].state == FULL
#endif
        }
      fi
    :: else
    fi;
    if
    :: is_full && word <= next -> found = true; break
    :: else -> next++
    fi
  od
}

#define MAY_DIE if :: skip :: me == 0 && !dead -> dead = true; goto gone fi

proctype consumer(byte me) {
  byte next = 0, known = 0, my_repairs = 0, mine = 0, word = 0, told = 0;
  bool found = false, is_full = false, parked = false;
  d_step { known = head; next = OLDEST(known); my_repairs = repairs };
  do
  :: find_full();
    if
    :: found ->
      if
      :: sleeps[me] -> d_step { parked = true; sleeps[me] = false; woken[me] = false }   /* park() returns */
      :: else
      fi;
      d_step {                                                                           /* CAS */
        found = slot[next % SLOTS].state == FULL && slot[next % SLOTS].written == word;
        word = 0; is_full = false;
        if
        :: found -> slot[next % SLOTS].state = RUNNING; slot[next % SLOTS].owner = me; mine = slot[next % SLOTS].item; next++
        :: else
        fi
      };
      if
      :: found ->
        MAY_DIE;
        if
        :: parked -> wake_one(); parked = false   /* also when nothing is ready: a wake-up too many does no harm */
        :: else
        fi;
        told = tell_at;
        if :: told != RELEASE && told != 0 && next >= told -> wake_producer() :: else fi;
        d_step { assert(!finished[mine]); finished[mine] = true; all++; slot[(next - 1) % SLOTS].state = FREE; told = 0; mine = 0 };
        if :: tell_at == RELEASE -> wake_producer() :: else fi;
        if :: all == ITEMS -> wake_all() :: else fi   /* the end of the stream */
      :: else
      fi
    :: !found && all == ITEMS -> break
    :: !found && all < ITEMS && !sleeps[me] -> d_step { sleeps[me] = true; word = 0; is_full = false }   /* and looks once more */
    :: !found && all < ITEMS && sleeps[me] ->
      if
      :: d_step { woken[me] -> woken[me] = false; sleeps[me] = false; parked = true }
      :: me == 0 && !dead -> dead = true; goto gone
      fi
    fi
  od;
gone:
  skip
}

proctype watcher() {
  byte s = 0;
end:
  dead;
  d_step { sleeps[0] = false; woken[0] = false };
  do
  :: s < SLOTS ->
    d_step { if :: slot[s].state == RUNNING && slot[s].owner == 0 -> slot[s].state = FULL :: else fi; s++ }
  :: else -> break
  od;
  repairs++;
  wake_all()
#ifndef NO_INTERRUPT
  ; wake_producer()
#endif
}

init {
  atomic { run watcher(); run consumer(0); run consumer(1);
#if CONSUMERS > 2
    run consumer(2);
#endif
    run producer() }
}
