namespace Sluice.Actors.Hosting;

/// <summary>Reminders that are gone with the process: for tests.</summary>
public sealed class InMemoryReminderTable : IReminderTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(GrainId Grain, string Name), ReminderRow> _rows = [];
    private long _version;

    public Task<string> UpsertAsync(ReminderRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        lock (_lock)
        {
            var etag = NextVersion();
            _rows[(row.Grain, row.Name)] = row with { ETag = etag };
            return Task.FromResult(etag);
        }
    }

    public Task<bool> DeleteAsync(GrainId grain, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.Remove((grain, name)));
        }
    }

    public Task<ReminderRow?> ReadAsync(GrainId grain, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.GetValueOrDefault((grain, name)));
        }
    }

    public Task<IReadOnlyList<ReminderRow>> ReadAllAsync(GrainId grain, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<ReminderRow>>(
                [.. _rows.Values.Where(row => row.Grain == grain).OrderBy(row => row.Name, StringComparer.Ordinal)]);
        }
    }

    public Task<IReadOnlyList<ReminderRow>> ClaimDueAsync(DateTime now, int most, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            IReadOnlyList<ReminderRow> due =
            [
                .. _rows.Values.Where(row => row.Due <= now)
                    .OrderBy(row => row.Due).ThenBy(row => row.Grain.ToString(), StringComparer.Ordinal)
                    .ThenBy(row => row.Name, StringComparer.Ordinal)
                    .Take(most),
            ];
            foreach (var row in due)
            {
                _rows[(row.Grain, row.Name)] = row.Advance(now) with { ETag = NextVersion() };
            }

            return Task.FromResult(due);
        }
    }

    private string NextVersion() => (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
