using System.Text;

namespace Sluice.EndToEnd.Hosting;

/// <summary>All that a process printed so far, and a way to wait for a line.</summary>
public sealed class ProcessOutput
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly List<(string Part, TaskCompletionSource Seen)> _waiting = [];

    public string Out
    {
        get { lock (_lock) { return _out.ToString(); } }
    }

    public string Error
    {
        get { lock (_lock) { return _error.ToString(); } }
    }

    public string All => Out + Error;

    /// <summary>Completes when a line of standard output contains the text.</summary>
    public Task WhenAsync(string part)
    {
        lock (_lock)
        {
            if (_out.ToString().Contains(part, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((part, seen));
            return seen.Task;
        }
    }

    public void AddOut(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            _out.Append(line).Append('\n');
            foreach (var (part, seen) in _waiting)
            {
                if (line.Contains(part, StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }
    }

    public void AddError(string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                _error.Append(line).Append('\n');
            }
        }
    }
}
