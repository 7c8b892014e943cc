package dialogue

// Conference returns who is in a conference and whether it has started.
func (e *Engine) Conference(name string) (participants []*Call, started bool) {
	defer e.act()()
	r := e.rooms[name]
	if r == nil {
		return nil, false
	}
	for _, s := range r.seats {
		participants = append(participants, s.call)
	}
	return participants, r.started
}

// Queue returns the callers in a queue, in order of arrival.
func (e *Engine) Queue(name string) (waiting []*Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if q := e.queues[name]; q != nil {
		for _, t := range q.tickets {
			waiting = append(waiting, t.call)
		}
	}
	return waiting
}
