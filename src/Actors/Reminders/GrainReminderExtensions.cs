using Sluice.Actors.Activations;

namespace Sluice.Actors;

/// <summary>Reminders: timers that are stored, and wake the grain when nothing of it is in memory.</summary>
public static class GrainReminderExtensions
{
    /// <summary>Stores the reminder, or plans an existing one of that name anew.</summary>
    /// <param name="grain">Implements <see cref="IRemindable"/>.</param>
    /// <param name="reminderName">Unique within the grain; not blank.</param>
    /// <param name="dueTime">Until the first tick; zero or more.</param>
    /// <param name="period">Between ticks; at least the host's shortest period, one minute unless configured.</param>
    /// <exception cref="InvalidOperationException">The grain is not <see cref="IRemindable"/>.</exception>
    public static Task<IGrainReminder> RegisterOrUpdateReminder(
        this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        RegisterOrUpdateReminder((IGrainBase)grain, reminderName, dueTime, period);

    /// <inheritdoc cref="RegisterOrUpdateReminder(Grain, string, TimeSpan, TimeSpan)"/>
    public static Task<IGrainReminder> RegisterOrUpdateReminder(
        this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        IRunningGrain.Of(grain).RegisterOrUpdateReminder(reminderName, dueTime, period);

    /// <summary>Removes the reminder. One that is gone already is no error.</summary>
    public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) =>
        UnregisterReminder((IGrainBase)grain, reminder);

    /// <inheritdoc cref="UnregisterReminder(Grain, IGrainReminder)"/>
    public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
        IRunningGrain.Of(grain).UnregisterReminder(reminder);

    /// <summary>The reminder of that name; null when there is none.</summary>
    public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) =>
        GetReminder((IGrainBase)grain, reminderName);

    /// <inheritdoc cref="GetReminder(Grain, string)"/>
    public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
        IRunningGrain.Of(grain).GetReminder(reminderName);

    /// <summary>All reminders of this grain.</summary>
    public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => GetReminders((IGrainBase)grain);

    /// <inheritdoc cref="GetReminders(Grain)"/>
    public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) =>
        IRunningGrain.Of(grain).GetReminders();
}
