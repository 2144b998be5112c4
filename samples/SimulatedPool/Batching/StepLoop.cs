namespace Sluice.SimulatedPool.Batching;

/// <summary>
/// The heartbeat of the batch: plan a step, let its time pass, give everyone in it a token. Sequences join and leave
/// between steps. It runs only while there is work, so an idle pool owns no timer.
/// </summary>
internal sealed class StepLoop(BatchTiming timing, TimeProvider time, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly List<Sequence> _sequences = [];
    private readonly List<(Sequence Sequence, int PrefillTokens)> _step = []; // Touched by the loop alone.
    private bool _isLooping;

    public void Add(Sequence sequence)
    {
        lock (_gate)
        {
            _sequences.Add(sequence);
            if (_isLooping)
            {
                return;
            }

            _isLooping = true;
        }

        _ = LoopAsync();
    }

    public void Remove(Sequence sequence)
    {
        lock (_gate)
        {
            _sequences.Remove(sequence);
        }
    }

    private async Task LoopAsync()
    {
        await Task.Yield(); // Off the thread of the request that happened to start it.
        var started = time.GetTimestamp();
        var due = TimeSpan.Zero;
        while (Plan() is { } duration)
        {
            // Steps follow each other by plan, so that late timers do not add up; but no more than one is caught up.
            var now = time.GetElapsedTime(started);
            due = (due > now - duration ? due : now - duration) + duration;
            if (due > now)
            {
                await Task.Delay(due - now, time, stopping);
            }

            foreach (var (sequence, prefillTokens) in _step)
            {
                sequence.Advance(prefillTokens);
            }
        }
    }

    /// <summary>Fills the next step, oldest sequences first. Null: nobody has anything to do, the loop ends.</summary>
    private TimeSpan? Plan()
    {
        _step.Clear();
        var decoding = 0;
        var room = timing.PrefillChunkTokens;
        lock (_gate)
        {
            foreach (var sequence in _sequences.Where(sequence => !sequence.IsStalled))
            {
                var chunk = Math.Min(sequence.PrefillLeft, room);
                if (sequence.PrefillLeft == 0)
                {
                    decoding++;
                }
                else if (chunk == 0)
                {
                    continue; // Others' prompts fill this step.
                }

                room -= chunk;
                _step.Add((sequence, chunk));
            }

            if (_step.Count == 0 || stopping.IsCancellationRequested)
            {
                _isLooping = false;
                return null;
            }
        }

        return timing.Step(decoding, timing.PrefillChunkTokens - room);
    }
}
