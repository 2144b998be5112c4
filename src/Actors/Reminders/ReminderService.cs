using Sluice.Actors.Activations;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Reminders;

/// <summary>Registers reminders for grains, and wakes grains whose reminders are due.</summary>
internal sealed class ReminderService(ActorHost host) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private bool _polling;

    private IReminderTable Table => host.Parts.Reminders
        ?? throw new InvalidOperationException("No IReminderTable is registered.");

    internal void Start()
    {
        if (host.Parts.Reminders is null)
        {
            return;
        }

        // The first look comes at a random moment of the period, so that silos do not ask the table together.
        var period = host.Options.ReminderPollPeriod;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = host.Time.CreateTimer(
                service => ((ReminderService)service!).Poll(), this, period * host.Parts.Random.NextDouble(), period);
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _stopping.Cancel();
    }

    internal async Task<IGrainReminder> RegisterOrUpdate(
        Activation activation, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, host.Options.MinimumReminderPeriod);
        if (activation.GrainInstance is not IRemindable)
        {
            throw new InvalidOperationException($"{activation.Class.Type} has reminders, so it must be IRemindable.");
        }

        var due = host.Time.GetUtcNow().UtcDateTime + dueTime;
        await Table.UpsertAsync(new ReminderRow(activation.GrainId, name, due, due, period, ""), default);
        return new Registered(name);
    }

    internal Task Unregister(Activation activation, IGrainReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return Table.DeleteAsync(activation.GrainId, reminder.ReminderName, default);
    }

    internal async Task<IGrainReminder?> Get(Activation activation, string name) =>
        await Table.ReadAsync(activation.GrainId, name, default) is { } row ? new Registered(row.Name) : null;

    internal async Task<List<IGrainReminder>> GetAll(Activation activation) =>
        [.. (await Table.ReadAllAsync(activation.GrainId, default)).Select(row => new Registered(row.Name))];

    private void Poll() => host.Work.Begin(async () =>
    {
        if (_polling || _stopping.IsCancellationRequested)
        {
            return; // A slow table is not asked again before it has answered.
        }

        _polling = true;
        try
        {
            await ClaimAll();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops in the middle of a look: what was not claimed stays due for the next host.
        }
        finally
        {
            _polling = false;
        }
    });

    private async Task ClaimAll()
    {
        IReadOnlyList<ReminderRow> due;
        do
        {
            var now = host.Time.GetUtcNow().UtcDateTime;
            due = await Table.ClaimDueAsync(now, host.Options.ReminderBatch, _stopping.Token);
            foreach (var row in due)
            {
                _ = Deliver(row, now); // A slow grain does not hold up the others.
            }
        }
        while (due.Count == host.Options.ReminderBatch);
    }

    private async Task Deliver(ReminderRow row, DateTime now)
    {
        try
        {
            var grain = host.GrainFactory.GetGrain<IRemindable>(row.Grain);
            await grain.ReceiveReminder(row.Name, new TickStatus(row.FirstDue, row.Period, now));
        }
        catch (Exception e)
        {
            host.LogReminderFailed(row.Grain, row.Name, e);
        }
    }

    private sealed record Registered(string ReminderName) : IGrainReminder;
}
