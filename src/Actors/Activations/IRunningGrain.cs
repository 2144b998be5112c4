namespace Sluice.Actors.Activations;

/// <summary>
/// What the base class and the extension methods ask of an activation, beyond what grain code may see.
/// </summary>
internal interface IRunningGrain : IGrainContext
{
    /// <summary>The activation whose grain is being constructed on this thread; a constructor takes no await.</summary>
    [ThreadStatic]
    private static IRunningGrain? _underConstruction;

    internal static IRunningGrain? UnderConstruction
    {
        get => _underConstruction;
        set => _underConstruction = value;
    }

    IGrainFactory GrainFactory { get; }

    void DelayDeactivation(TimeSpan timeSpan);

    IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);

    Task<IGrainReminder> RegisterOrUpdateReminder(string name, TimeSpan dueTime, TimeSpan period);

    Task UnregisterReminder(IGrainReminder reminder);

    Task<IGrainReminder?> GetReminder(string name);

    Task<List<IGrainReminder>> GetReminders();

    /// <summary>The activation behind a grain.</summary>
    /// <exception cref="InvalidOperationException">The grain was not built by a host.</exception>
    static IRunningGrain Of(IGrainBase grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain.GrainContext as IRunningGrain
            ?? throw new InvalidOperationException(
                $"{grain.GetType().Name} has no activation: let the host build it, by a call through IGrainFactory.");
    }
}
