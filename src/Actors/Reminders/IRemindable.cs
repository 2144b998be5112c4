namespace Sluice.Actors;

/// <summary>Implemented by grains that have reminders.</summary>
public interface IRemindable : IGrain
{
    /// <summary>A reminder is due. Ticks missed while nothing could run are not made up for one by one.</summary>
    Task ReceiveReminder(string reminderName, TickStatus status);
}
