using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Reminders;

[Alias("conformance.IReminded")]
public interface IReminded : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    [Alias("Register")]
    Task<string> Register(string name, TimeSpan due, TimeSpan period);

    [Alias("Unregister")]
    Task Unregister(string name);

    /// <summary>The name of that reminder; null when there is none.</summary>
    [Alias("Find")]
    Task<string?> Find(string name);

    /// <summary>The names of all, in their order, with a comma between.</summary>
    [Alias("ListAll")]
    Task<string> ListAll();

    [Alias("Leave")]
    Task Leave();
}

public sealed class RemindedGrain(Board board, SiloName silo) : Grain, IReminded, IRemindable
{
    private string Key => this.GetPrimaryKeyString();

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public async Task<string> Register(string name, TimeSpan due, TimeSpan period) =>
        (await this.RegisterOrUpdateReminder(name, due, period)).ReminderName;

    public async Task Unregister(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<string?> Find(string name) => (await this.GetReminder(name))?.ReminderName;

    public async Task<string> ListAll() =>
        string.Join(',', (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order());

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        board.Note(Key, "gone");
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var late = status.CurrentTickTime - status.FirstTickTime;
        board.Note(Key, reminderName);
        board.Note($"{Key} {reminderName} on", silo.Value);
        board.Note($"{Key} {reminderName} period", $"{status.Period}");
        board.Note($"{Key} {reminderName} late", $"{late > TimeSpan.FromSeconds(-1) && late < status.Period}");
        return Task.CompletedTask;
    }
}
