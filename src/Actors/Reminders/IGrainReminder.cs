namespace Sluice.Actors;

/// <summary>A registered reminder.</summary>
public interface IGrainReminder
{
    /// <summary>Unique within its grain.</summary>
    string ReminderName { get; }
}
