package webhook

import (
	"net/url"
	"time"
)

// A TaskRouterAssignment arrives when TaskRouter has selected a task and
// reserved a worker for it. Answer it with a [*TaskRouterReply] within 5 seconds.
//
// Source: https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks
//
//twilio:place Assignment callback of a TaskRouter workflow
//twilio:fact 2026-11
//twilio:answer TaskRouterReply
//twilio:detect 25 ReservationSid TaskSid
type TaskRouterAssignment struct {
	AccountSID           SID                  `twilio:"AccountSid,sid=AC,required"`     // account that owns the workspace
	WorkspaceSID         SID                  `twilio:"WorkspaceSid,sid=WS,required"`   // workspace
	WorkflowSID          SID                  `twilio:"WorkflowSid,sid=WW"`             // workflow
	TaskQueueSID         SID                  `twilio:"TaskQueueSid,sid=WQ"`            // queue
	TaskSID              SID                  `twilio:"TaskSid,sid=WT,required"`        // task
	TaskAge              time.Duration        `twilio:"TaskAge,always"`                 // age of the task
	TaskPriority         int                  `twilio:"TaskPriority,always"`            // priority of the task
	TaskAttributes       JSON                 `twilio:"TaskAttributes"`                 // attributes of the task
	TaskAssignmentStatus TaskAssignmentStatus `twilio:"TaskAssignmentStatus"`           // status of the task
	ReservationSID       SID                  `twilio:"ReservationSid,sid=WR,required"` // reservation
	WorkerSID            SID                  `twilio:"WorkerSid,sid=WK"`               // worker
	WorkerAttributes     JSON                 `twilio:"WorkerAttributes"`               // attributes of the worker

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A TaskRouterEvent reports that something happened in a TaskRouter workspace.
// Which fields are set depends on EventType.
//
// Source: https://www.twilio.com/docs/taskrouter/api/event/reference
//
//twilio:place Event callback of a TaskRouter workspace
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 15 EventType WorkspaceSid
type TaskRouterEvent struct {
	EventType        TaskRouterEventType `twilio:"EventType,required"`           // what happened
	AccountSID       SID                 `twilio:"AccountSid,sid=AC,required"`   // account that owns the workspace
	WorkspaceSID     SID                 `twilio:"WorkspaceSid,sid=WS,required"` // workspace
	WorkspaceName    string              `twilio:"WorkspaceName"`                // name of the workspace
	EventDescription string              `twilio:"EventDescription"`             // what happened, as text
	ResourceType     string              `twilio:"ResourceType"`                 // task, reservation, worker, activity, workflow, workspace, task-queue or task-channel
	ResourceSID      SID                 `twilio:"ResourceSid"`                  // resource of the event
	Timestamp        time.Time           `twilio:"Timestamp,unix"`               // when it happened, to the second

	TaskSID                   SID                  `twilio:"TaskSid,sid=WT"`            // task
	TaskAttributes            JSON                 `twilio:"TaskAttributes"`            // attributes of the task
	TaskAge                   time.Duration        `twilio:"TaskAge"`                   // age of the task
	TaskPriority              int                  `twilio:"TaskPriority"`              // priority of the task
	TaskAssignmentStatus      TaskAssignmentStatus `twilio:"TaskAssignmentStatus"`      // status of the task
	TaskCanceledReason        string               `twilio:"TaskCanceledReason"`        // why the task was canceled
	TaskCompletedReason       string               `twilio:"TaskCompletedReason"`       // why the task was completed
	TaskQueueSID              SID                  `twilio:"TaskQueueSid,sid=WQ"`       // queue
	TaskQueueName             string               `twilio:"TaskQueueName"`             // name of the queue
	TaskQueueTargetExpression string               `twilio:"TaskQueueTargetExpression"` // expression that selects the queue's workers

	ReservationSID SID    `twilio:"ReservationSid,sid=WR"` // reservation
	WorkflowSID    SID    `twilio:"WorkflowSid,sid=WW"`    // workflow
	WorkflowName   string `twilio:"WorkflowName"`          // name of the workflow

	WorkerSID                    SID           `twilio:"WorkerSid,sid=WK"`             // worker
	WorkerName                   string        `twilio:"WorkerName"`                   // name of the worker
	WorkerAttributes             JSON          `twilio:"WorkerAttributes"`             // attributes of the worker
	WorkerActivitySID            SID           `twilio:"WorkerActivitySid"`            // SID of the worker's activity
	WorkerActivityName           string        `twilio:"WorkerActivityName"`           // name of that activity
	WorkerVersion                int           `twilio:"WorkerVersion"`                // version of the worker resource
	OperatingUnitSID             SID           `twilio:"OperatingUnitSid"`             // operating unit of the worker or queue
	WorkerPreviousActivitySID    SID           `twilio:"WorkerPreviousActivitySid"`    // previous activity
	WorkerTimeInPreviousActivity time.Duration `twilio:"WorkerTimeInPreviousActivity"` // duration of the previous activity, to the second

	// The same, to the millisecond.
	WorkerTimeInPreviousActivityExact time.Duration `twilio:"WorkerTimeInPreviousActivityMs,ms"`

	WorkerChannelAvailable         bool `twilio:"WorkerChannelAvailable"`         // the worker is available on the task channel
	WorkerChannelAvailableCapacity int  `twilio:"WorkerChannelAvailableCapacity"` // free capacity of the worker, in percent
	WorkerChannelPreviousCapacity  int  `twilio:"WorkerChannelPreviousCapacity"`  // previous capacity of the worker
	WorkerChannelTaskCount         int  `twilio:"WorkerChannelTaskCount"`         // number of the worker's tasks on the channel

	TaskChannelSID              SID    `twilio:"TaskChannelSid"`              // task channel
	TaskChannelName             string `twilio:"TaskChannelName"`             // name of the task channel
	TaskChannelUniqueName       string `twilio:"TaskChannelUniqueName"`       // unique name of the task channel
	TaskChannelOptimizedRouting bool   `twilio:"TaskChannelOptimizedRouting"` // the task channel uses optimized routing

	ActivitySID       SID    `twilio:"ActivitySid"`       // activity
	ActivityName      string `twilio:"ActivityName"`      // name of the activity
	ActivityAvailable bool   `twilio:"ActivityAvailable"` // workers with this activity can get tasks

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// TaskAssignmentStatus is the status of a task.
type TaskAssignmentStatus string

// Values of TaskAssignmentStatus.
const (
	TaskAssignmentStatusPending   TaskAssignmentStatus = "pending"
	TaskAssignmentStatusReserved  TaskAssignmentStatus = "reserved"
	TaskAssignmentStatusAssigned  TaskAssignmentStatus = "assigned"
	TaskAssignmentStatusWrapping  TaskAssignmentStatus = "wrapping"
	TaskAssignmentStatusCompleted TaskAssignmentStatus = "completed"
	TaskAssignmentStatusCanceled  TaskAssignmentStatus = "canceled"
)

// TaskRouterEventType is an event in a TaskRouter workspace.
type TaskRouterEventType string

// Values of TaskRouterEventType.
const (
	TaskRouterEventTypeActivityCreated                 TaskRouterEventType = "activity.created"
	TaskRouterEventTypeActivityUpdated                 TaskRouterEventType = "activity.updated"
	TaskRouterEventTypeActivityDeleted                 TaskRouterEventType = "activity.deleted"
	TaskRouterEventTypeReservationCreated              TaskRouterEventType = "reservation.created"
	TaskRouterEventTypeReservationAccepted             TaskRouterEventType = "reservation.accepted"
	TaskRouterEventTypeReservationRejected             TaskRouterEventType = "reservation.rejected"
	TaskRouterEventTypeReservationTimeout              TaskRouterEventType = "reservation.timeout"
	TaskRouterEventTypeReservationCanceled             TaskRouterEventType = "reservation.canceled"
	TaskRouterEventTypeReservationRescinded            TaskRouterEventType = "reservation.rescinded"
	TaskRouterEventTypeReservationCompleted            TaskRouterEventType = "reservation.completed"
	TaskRouterEventTypeReservationFailed               TaskRouterEventType = "reservation.failed"
	TaskRouterEventTypeReservationWrapup               TaskRouterEventType = "reservation.wrapup"
	TaskRouterEventTypeTaskCreated                     TaskRouterEventType = "task.created"
	TaskRouterEventTypeTaskUpdated                     TaskRouterEventType = "task.updated"
	TaskRouterEventTypeTaskCanceled                    TaskRouterEventType = "task.canceled"
	TaskRouterEventTypeTaskWrapup                      TaskRouterEventType = "task.wrapup"
	TaskRouterEventTypeTaskCompleted                   TaskRouterEventType = "task.completed"
	TaskRouterEventTypeTaskDeleted                     TaskRouterEventType = "task.deleted"
	TaskRouterEventTypeTaskSystemDeleted               TaskRouterEventType = "task.system-deleted"
	TaskRouterEventTypeTaskTransferInitiated           TaskRouterEventType = "task.transfer-initiated"
	TaskRouterEventTypeTaskTransferAttemptFailed       TaskRouterEventType = "task.transfer-attempt-failed"
	TaskRouterEventTypeTaskTransferFailed              TaskRouterEventType = "task.transfer-failed"
	TaskRouterEventTypeTaskTransferCanceled            TaskRouterEventType = "task.transfer-canceled"
	TaskRouterEventTypeTaskTransferCompleted           TaskRouterEventType = "task.transfer-completed"
	TaskRouterEventTypeTaskChannelCreated              TaskRouterEventType = "task-channel.created"
	TaskRouterEventTypeTaskChannelUpdated              TaskRouterEventType = "task-channel.updated"
	TaskRouterEventTypeTaskChannelDeleted              TaskRouterEventType = "task-channel.deleted"
	TaskRouterEventTypeTaskQueueCreated                TaskRouterEventType = "task-queue.created"
	TaskRouterEventTypeTaskQueueDeleted                TaskRouterEventType = "task-queue.deleted"
	TaskRouterEventTypeTaskQueueEntered                TaskRouterEventType = "task-queue.entered"
	TaskRouterEventTypeTaskQueueTimeout                TaskRouterEventType = "task-queue.timeout"
	TaskRouterEventTypeTaskQueueMoved                  TaskRouterEventType = "task-queue.moved"
	TaskRouterEventTypeTaskQueueExpressionUpdated      TaskRouterEventType = "task-queue.expression.updated"
	TaskRouterEventTypeWorkerCreated                   TaskRouterEventType = "worker.created"
	TaskRouterEventTypeWorkerActivityUpdate            TaskRouterEventType = "worker.activity.update"
	TaskRouterEventTypeWorkerAttributesUpdate          TaskRouterEventType = "worker.attributes.update"
	TaskRouterEventTypeWorkerCapacityUpdate            TaskRouterEventType = "worker.capacity.update"
	TaskRouterEventTypeWorkerChannelAvailabilityUpdate TaskRouterEventType = "worker.channel.availability.update"
	TaskRouterEventTypeWorkerDeleted                   TaskRouterEventType = "worker.deleted"
	TaskRouterEventTypeWorkflowCreated                 TaskRouterEventType = "workflow.created"
	TaskRouterEventTypeWorkflowUpdated                 TaskRouterEventType = "workflow.updated"
	TaskRouterEventTypeWorkflowDeleted                 TaskRouterEventType = "workflow.deleted"
	TaskRouterEventTypeWorkflowTargetMatched           TaskRouterEventType = "workflow.target-matched"
	TaskRouterEventTypeWorkflowEntered                 TaskRouterEventType = "workflow.entered"
	TaskRouterEventTypeWorkflowTimeout                 TaskRouterEventType = "workflow.timeout"
	TaskRouterEventTypeWorkflowSkipped                 TaskRouterEventType = "workflow.skipped"
	TaskRouterEventTypeWorkspaceCreated                TaskRouterEventType = "workspace.created"
	TaskRouterEventTypeWorkspaceUpdated                TaskRouterEventType = "workspace.updated"
	TaskRouterEventTypeWorkspaceDeleted                TaskRouterEventType = "workspace.deleted"
)

// TaskRouterInstruction is what TaskRouter should do with a reservation.
type TaskRouterInstruction string

// Values of TaskRouterInstruction.
const (
	TaskRouterInstructionDequeue    TaskRouterInstruction = "dequeue"
	TaskRouterInstructionCall       TaskRouterInstruction = "call"
	TaskRouterInstructionConference TaskRouterInstruction = "conference"
	TaskRouterInstructionRedirect   TaskRouterInstruction = "redirect"
	TaskRouterInstructionAccept     TaskRouterInstruction = "accept"
	TaskRouterInstructionReject     TaskRouterInstruction = "reject"
)
